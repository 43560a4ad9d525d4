/** SQL behind reconciliation: what is to be compared, what was read of the provider, and what differs. */
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';
import type { BookObject } from '../domain/reconcile.js';

type Tx = Knex.Transaction;

/** A period under comparison. `tries` is whose it is: another one that begins it writes with a later number. */
export interface Run {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly tries: number;
  /** Those right before this one that came to nothing. */
  readonly failures: number;
}

export interface Asked {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly askedBy: string | null;
}

/** Has a period compared, again where it was; one that is under way goes on. Returns its id. */
export async function askFor(tx: Tx, { id, from, to, askedBy }: Asked, now: Date): Promise<string> {
  const { rows } = await tx.raw(
    `insert into reconciliations as r (id, from_at, to_at, due_at, asked_by, asked_at) values (:id, :from, :to, :now, :askedBy, :now)
     on conflict (from_at, to_at) do update
        set status = case when r.status = 'running' then 'running' else 'waiting' end, failure = null,
            tries = case when r.status = 'running' then r.tries else 0 end,
            failures = case when r.status = 'running' then r.failures else 0 end,
            due_at = case when r.status = 'running' then r.due_at else excluded.due_at end,
            asked_by = excluded.asked_by, asked_at = excluded.asked_at
     returning id`,
    { id, from, to, askedBy, now },
  );
  return rows[0].id;
}

/** The same for the clock, which asks once a period. Returns whether it was not asked for before. */
export async function askOnce(tx: Tx, { id, from, to }: Omit<Asked, 'askedBy'>, now: Date): Promise<boolean> {
  const { rowCount } = await tx.raw(
    `insert into reconciliations (id, from_at, to_at, due_at, asked_at) values (:id, :from, :to, :now, :now)
     on conflict do nothing`,
    { id, from, to, now },
  );
  return rowCount === 1;
}

/** When the first payment was begun; undefined: there is none. */
export const firstPaymentAt = async (tx: Tx): Promise<Date | undefined> =>
  (await tx('payments').min('created_at as at').first())?.at ?? undefined;

/** Begins what is due, from nothing; it is due again at `until`, for who dies meanwhile. */
export async function beginDue(tx: Tx, now: Date, until: Date): Promise<Run | undefined> {
  const due = await tx('reconciliations')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .forUpdate()
    .skipLocked()
    .first('id');
  if (due === undefined) return undefined;
  await tx('reconciliation_objects').where({ reconciliation_id: due.id }).delete();
  const [run] = await tx('reconciliations')
    .where({ id: due.id })
    .update({
      status: 'running',
      failure: null,
      tries: tx.raw('tries + 1'),
      due_at: until,
      objects: 0,
      movements: 0,
    })
    .returning(['id', 'from_at as from', 'to_at as to', 'tries', 'failures']);
  return run;
}

/** Another process has begun this one anew: it was thought dead. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Changes a run that is still the caller's. Throws Overtaken where it is another's. */
export async function changeRun(
  tx: Tx,
  { id, tries }: Run,
  change: Readonly<Record<string, unknown>>,
): Promise<void> {
  const changed = await tx('reconciliations').where({ id, tries, status: 'running' }).update(change);
  if (changed === 0) throw new Overtaken(`reconciliation ${id} was begun anew elsewhere`);
}

export interface Read extends BookObject {
  readonly movedAt: Date;
  readonly invoiceRef: string | null;
}

/** Keeps objects as they stand now; one that was read before stands as it does by this. */
export async function keepObjects(tx: Tx, { id }: Run, objects: readonly Read[]): Promise<void> {
  const byRef = new Map(objects.map((one) => [one.ref, one]));
  if (byRef.size === 0) return;
  await tx('reconciliation_objects')
    .insert(
      [...byRef.values()].map(({ ref, kind, paymentRef, invoiceRef, amount, currency, movedAt }) => ({
        ...{ reconciliation_id: id, ref, kind, amount, currency },
        ...{ payment_ref: paymentRef, invoice_ref: invoiceRef, moved_at: movedAt },
      })),
    )
    .onConflict(['reconciliation_id', 'ref'])
    .merge(['amount', 'currency', 'moved_at']);
}

/** Which of these payments, by the provider's ids, are payments of ours. */
export const ourPayments = (db: Database, refs: readonly string[]): Promise<string[]> =>
  db('payments')
    .whereIn('provider_ref', [...refs])
    .pluck('provider_ref');
