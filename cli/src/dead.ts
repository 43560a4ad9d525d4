/** Dead letters by hand. Each act is written to operator_actions in the transaction of the act: who, what, why. */
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { misuse, Refusal } from './refusal.js';

export interface DeadLetter {
  /** An event id, or `parked:12` for a message nobody could read. */
  readonly id: string;
  readonly type: string;
  readonly attempts: number;
  readonly error: string;
  readonly receivedAt: Date;
}

export interface Operator {
  readonly actor: string;
  readonly reason: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PARKED = /^parked:(\d{1,15})$/;

export async function listDead(db: Database, limit: number): Promise<DeadLetter[]> {
  const { rows } = (await db.raw(
    `select event_id::text as id, type, attempts, coalesce(last_error, '') as error, received_at as "receivedAt"
       from inbox where status = 'dead'
      union all
     select 'parked:' || id, routing_key, 0, reason, received_at from parked where status = 'parked'
      order by "receivedAt" limit ?`,
    [limit],
  )) as { rows: DeadLetter[] };
  return rows;
}

/** The message itself, readable where it can be. */
export async function showDead(db: Database, id: string): Promise<DeadLetter & { body: string }> {
  const parked = PARKED.exec(id)?.[1];
  const { rows } = (await (parked
    ? db.raw(
        `select 'parked:' || id as id, routing_key as type, 0 as attempts, reason as error,
                received_at as "receivedAt", encode(body, 'escape') as body
           from parked where id = ?`,
        [parked],
      )
    : db.raw(
        `select event_id::text as id, type, attempts, coalesce(last_error, '') as error,
                received_at as "receivedAt", coalesce(body, '') as body
           from inbox where event_id = ? and status in ('dead', 'discarded')`,
        [eventId(id)],
      ))) as { rows: (DeadLetter & { body: string })[] };
  const found = rows[0];
  if (!found) throw new Refusal(`${id} is no dead letter here`);
  return { ...found, body: pretty(found.body) };
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body; // parked for being no JSON, most likely: shown as it came
  }
}

function eventId(id: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  throw misuse(`${id} is no id of a dead letter: dead list shows them`);
}

/** The ids of the dead events, oldest first, up to `limit`. What nobody could read is not among them. */
export const deadEvents = (db: Database, limit: number): Promise<string[]> =>
  db('inbox').where({ status: 'dead' }).orderBy('received_at').limit(limit).pluck('event_id');

/** Puts events back to be tried from the start of the ladder. All of them or none. */
export function retryDead(db: Database, ids: readonly string[], operator: Operator): Promise<void> {
  for (const id of ids)
    if (PARKED.test(id))
      throw misuse(`${id} could not be read, so it cannot be tried again: discard it, and ask its producer`);
  return act(db, ids, { ...operator, action: 'dead-letter-retried' }, (tx, id) =>
    tx('inbox')
      .where({ event_id: eventId(id), status: 'dead' })
      .update({ status: 'retrying', attempts: 0, next_attempt_at: tx.fn.now() }),
  );
}

/** Gives them up for good; the body stays for the record. All of them or none. */
export function discardDead(db: Database, ids: readonly string[], operator: Operator): Promise<void> {
  return act(db, ids, { ...operator, action: 'dead-letter-discarded' }, (tx, id) => {
    const parked = PARKED.exec(id)?.[1];
    return parked
      ? tx('parked').where({ id: parked, status: 'parked' }).update({ status: 'discarded' })
      : tx('inbox')
          .where({ event_id: eventId(id), status: 'dead' })
          .update({ status: 'discarded' });
  });
}

function act(
  db: Database,
  ids: readonly string[],
  { actor, reason, action }: Operator & { action: string },
  change: (tx: Database, id: string) => Promise<number> | PromiseLike<number>,
): Promise<void> {
  return db.transaction(async (tx) => {
    for (const id of ids) {
      if ((await change(tx, id)) === 0)
        throw new Refusal(`${id} is no dead letter here; nothing was changed`);
      await tx('operator_actions').insert({ id: newId(), actor, action, target: id, reason });
    }
  });
}
