/** The sealed ledger computed anew from the wallet's tables, without the wallet. */
import { createHash } from 'node:crypto';
import {
  type Fault,
  faultAmong,
  GENESIS,
  type LedgerFacts,
  type Seal,
  type Tip,
} from '@rollcall/contracts/ledger';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Operator } from './dead.js';
import { misuse, Refusal } from './refusal.js';

export interface Verified {
  readonly from: number;
  /** The last seal that was looked at and fits. */
  readonly tip: Tip;
  readonly fault: Fault | undefined;
}

/** Seals read at once. */
const PAGE = 1_000;

/** Goes through the chain from one seal to another, or to the last, and stops at the first that does not fit. */
export async function verifyLedger(
  db: Database,
  { from, to }: { readonly from: number; readonly to?: number },
): Promise<Verified> {
  const last = to ?? (await lastSeal(db));
  let tip = await tipBefore(db, from);
  while (tip.seq < last) {
    const seals = await sealsAfter(db, tip.seq, Math.min(PAGE, last - tip.seq));
    const none = { seq: tip.seq + 1, reason: 'there is no seal of this number' };
    const fault = seals.length === 0 ? none : faultAmong(tip, seals, sha256);
    if (fault !== undefined)
      return { from, fault, tip: seals.find(({ seq }) => seq === fault.seq - 1) ?? tip };
    tip = seals.at(-1) as Seal;
  }
  return { from, tip, fault: undefined };
}

/** Moves the mark back, so that the wallet publishes from `from` on again. Written down. Throws where nothing is sealed there. */
export function republishLedger(db: Database, from: number, operator: Operator): Promise<void> {
  return db.transaction(async (tx) => {
    if (from > (await lastSeal(tx))) throw misuse(`there is no seal ${from}`);
    const moved = await tx('ledger_published')
      .where('seq', '>=', from)
      .update({ seq: from - 1 });
    if (moved === 0) throw new Refusal(`seal ${from} is not published yet: it will be; nothing was changed`);
    const what = { action: 'ledger-republished', target: `from ${from}` };
    await tx('operator_actions').insert({ id: newId(), ...operator, ...what });
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

async function lastSeal(db: Database): Promise<number> {
  const { rows } = await db.raw('select coalesce(max(seq), 0) as seq from seals');
  return (rows as [{ seq: number }])[0].seq;
}

async function tipBefore(db: Database, from: number): Promise<Tip> {
  if (from === 1) return GENESIS;
  const { rows } = await db.raw(`select seq, encode(hash, 'hex') as hash from seals where seq = ?`, [
    from - 1,
  ]);
  const [tip] = rows as Tip[];
  if (tip === undefined) throw misuse(`there is no seal ${from - 1} to go on from`);
  return tip;
}

interface Row extends Omit<LedgerFacts, 'id' | 'at' | 'transfers'>, Tip {
  /** null where the entry is gone. */
  readonly id: string | null;
  readonly at: Date;
  readonly transfers: readonly [from: string, to: string, amount: number, currency: string][];
}

async function sealsAfter(db: Database, after: number, limit: number): Promise<Seal[]> {
  const { rows } = await db.raw(SEALS, [after, limit]);
  return (rows as Row[]).map(({ seq, hash, ...row }) => ({
    seq,
    hash,
    entry: row.id === null ? null : factsOf(row.id, row),
  }));
}

const factsOf = (id: string, { at, transfers, ...row }: Omit<Row, keyof Tip>): LedgerFacts => ({
  ...row,
  id,
  at: at.toISOString(),
  transfers: transfers.map(([from, to, amount, currency]) => ({ from, to, amount, currency })),
});

const SEALS = `
  with page as materialized (
    select * from seals where seq > ? order by seq limit ?
  )
  select p.seq, encode(p.hash, 'hex') as hash, e.id, e.type, e.at, e.reference, e.actor_id as "actorId",
         e.description, e.transfers
    from page p
    left join ledger_entries(array(select entry_id from page)) e on e.id = p.entry_id
   order by p.seq`;
