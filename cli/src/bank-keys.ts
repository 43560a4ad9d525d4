/** Which keys seal the bank details in the wallet's database; and asking the wallet, who alone has them, to seal anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import type { Operator } from './dead.js';
import { Refusal } from './refusal.js';

export interface KeyCount {
  readonly key: string;
  readonly withdrawals: number;
  readonly stored: number;
}

/** How many withdrawals and stored accounts each key seals, by key id. */
export async function countByKey(db: Database): Promise<KeyCount[]> {
  const { rows } = await db.raw(`
    select key, sum(withdrawals)::integer as withdrawals, sum(stored)::integer as stored
      from (select split_part(bank_sealed, '.', 1) as key, 1 as withdrawals, 0 as stored from withdrawals
             union all
            select split_part(bank_sealed, '.', 1), 0, 1 from bank_accounts where bank_sealed is not null) sealed
     group by key order by key`);
  return rows as KeyCount[];
}

/**
 * Asks for a rotation, by a wallet that seals by this key where one is named; in the audit trail, too. One that no wallet
 * has taken up, or that was left for a minute, is replaced. Returns its id. Throws where one is being done.
 */
export function askForRotation(
  db: Database,
  wantedKey: string | undefined,
  { actor, reason }: Operator,
): Promise<string> {
  return inWork(db, { correlationId: newId() }, async (work) => {
    const [id, action] = [newId(), 'wallet.bank-keys.rotate'];
    await work
      .tx('bank_key_rotations')
      .whereNull('ended_at')
      .where((left) =>
        left.whereNull('key_id').orWhereRaw(`worked_at < ?::timestamptz - interval '1 minute'`, [work.now]),
      )
      .update({ ended_at: work.now });
    const { rows } = await work.tx.raw(
      `insert into bank_key_rotations (id, wanted_key, asked_at) values (?, ?, ?) on conflict do nothing returning id`,
      [id, wantedKey ?? null, work.now],
    );
    if (rows.length === 0)
      throw new Refusal('the bank keys are being rotated already: bank-keys status shows how far it is');
    await work.tx('operator_actions').insert({ id, actor, action, target: id, reason });
    work.emit(walletAudited, {
      ...{ auditId: id, actor: null, action, target: id, at: work.now.toISOString() },
      reason: `${reason}, by the operator ${actor}`,
    });
    return id;
  });
}

export interface Rotation {
  readonly keyId: string | null;
  readonly resealed: number;
  readonly broken: number;
  readonly endedAt: Date | null;
}

/** The rotation of this id, or else the last one; undefined where there was none. */
export async function rotationOf(db: Database, id?: string): Promise<Rotation | undefined> {
  const { rows } = await db.raw(
    `select key_id as "keyId", resealed, broken, ended_at as "endedAt" from bank_key_rotations
      where coalesce(id = ?, true) order by asked_at desc limit 1`,
    [id ?? null],
  );
  return (rows as Rotation[])[0];
}

/** Milliseconds between looks. */
const LOOK = 250;

/**
 * Waits for a rotation's end, and tells each change. Throws where nothing of it changed for `patience` seconds, which
 * ends the waiting, not the rotation.
 */
export async function followRotation(
  db: Database,
  id: string,
  { patience, tell }: { patience: number; tell: (rotation: Rotation) => void },
): Promise<Rotation> {
  let told = '';
  for (let until = Date.now() + patience * 1_000; Date.now() < until; await sleep(LOOK)) {
    const rotation = await rotationOf(db, id);
    if (rotation === undefined) throw new Refusal(`rotation ${id} is not there any more`);
    if (rotation.endedAt !== null) return rotation;
    const words = JSON.stringify(rotation);
    if (words === told) continue;
    if (rotation.keyId !== null) tell(rotation);
    told = words;
    until = Date.now() + patience * 1_000;
  }
  throw new Refusal(
    `no wallet went on with it for ${patience} s. It stays asked for: ` +
      'one that runs, and seals by the key wanted, will do it',
  );
}
