/** SQL behind the provider's webhooks. */
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';

type Tx = Knex.Transaction;

export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly body: string;
}

/** Keeps a webhook; false where one of this id was kept before, whatever this one says. */
export async function keepDelivery(db: Database, delivery: Delivery, at: Date): Promise<boolean> {
  const kept = await db('deliveries')
    .insert({
      ...{ event_id: delivery.eventId, type: delivery.type, body: delivery.body },
      ...{ received_at: at, due_at: at },
    })
    .onConflict()
    .ignore()
    .returning('event_id');
  return kept.length > 0;
}

/** A webhook that waits to be acted on, locked; undefined where it was acted on, or is being. */
export async function takeDelivery(tx: Tx, eventId: string): Promise<Delivery | undefined> {
  return tx('deliveries')
    .where({ event_id: eventId, status: 'stored' })
    .forUpdate()
    .skipLocked()
    .first('event_id as eventId', 'type', 'body');
}

export async function endDelivery(tx: Tx, eventId: string, status: 'done' | 'ignored'): Promise<void> {
  await tx('deliveries').where({ event_id: eventId }).update({ status, due_at: null, last_error: null });
}

/** Puts off what failed, or gives it up for a person to look at where `due` is null. */
export async function putOff(
  db: Database,
  eventId: string,
  { due, error }: { readonly due: (attempts: number) => Date | null; readonly error: string },
): Promise<'stored' | 'dead' | undefined> {
  const row = await db('deliveries').where({ event_id: eventId, status: 'stored' }).first('attempts');
  if (row === undefined) return undefined;
  const dueAt = due(row.attempts);
  const status = dueAt === null ? 'dead' : 'stored';
  await db('deliveries')
    .where({ event_id: eventId, status: 'stored', attempts: row.attempts })
    .update({ status, due_at: dueAt, attempts: row.attempts + 1, last_error: error.slice(0, 1000) });
  return status;
}

export async function dueDeliveries(db: Database, now: Date, limit: number): Promise<string[]> {
  return db('deliveries').where('due_at', '<=', now).orderBy('due_at').limit(limit).pluck('event_id');
}

/** Takes the bodies away of webhooks that are done and older than this. Returns how many. */
export async function forgetBodies(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx('deliveries')
    .whereIn(
      'event_id',
      tx('deliveries')
        .whereNotNull('body')
        .whereIn('status', ['done', 'ignored'])
        .where('received_at', '<', before)
        .limit(limit)
        .select('event_id'),
    )
    .update({ body: null });
}
