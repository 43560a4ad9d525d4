/** SQL of the periods of subscriptions that are paid. Their subscription is locked first. */
import type { Knex } from 'knex';
import type { PaidPeriod, Period } from '../domain/subscription-fact.js';

type Tx = Knex.Transaction;

/**
 * Adds a period that is paid; false where it was known. Throws where another invoice has paid for the same period: that
 * is for a person to look at.
 */
export async function addPeriod(tx: Tx, id: string, period: PaidPeriod, at: Date): Promise<boolean> {
  const { startsAt, endsAt, paid, invoiceRef, paymentRef } = period;
  // What went back of it may have been heard of before it was known: it is asked about once.
  const { rows } = await tx.raw(
    `insert into subscription_periods (subscription_id, starts_at, ends_at, paid, provider_ref, payment_ref, look_at)
     values (:id, :startsAt, :endsAt, :paid, :invoiceRef, :paymentRef, :lookAt) on conflict do nothing
     returning starts_at`,
    { id, startsAt, endsAt, paid, invoiceRef, paymentRef, lookAt: paymentRef === null ? null : at },
  );
  if (rows.length > 0) {
    await tx.raw(
      `update subscriptions set current_period_start = :startsAt, current_period_end = :endsAt, version = version + 1
        where id = :id and (current_period_start is null or current_period_start < :startsAt)`,
      { id, startsAt: period.startsAt, endsAt: period.endsAt },
    );
    return true;
  }
  const known = await tx('subscription_periods')
    .where({ subscription_id: id, provider_ref: invoiceRef })
    .first('paid', 'payment_ref');
  if (known?.paid !== paid)
    throw new Error(`subscription ${id}: invoice ${invoiceRef} pays for a period once more`);
  if (known.payment_ref === null && paymentRef !== null)
    await tx('subscription_periods')
      .where({ subscription_id: id, provider_ref: invoiceRef })
      .update({ payment_ref: paymentRef, look_at: at });
  return false;
}

/** Those of these periods that are not known yet. The subscription is locked. */
export async function unknownPeriods(
  tx: Tx,
  id: string,
  periods: readonly PaidPeriod[],
): Promise<PaidPeriod[]> {
  const refs = periods.map(({ invoiceRef }) => invoiceRef);
  const known: string[] = await tx('subscription_periods')
    .where({ subscription_id: id })
    .whereIn('provider_ref', refs)
    .pluck('provider_ref');
  return periods.filter(({ invoiceRef }) => !known.includes(invoiceRef));
}

export interface LastPeriod extends Period {
  readonly paid: number;
  /** How many there are. */
  readonly count: number;
}

/** The newest period that is paid; undefined where none is. */
export async function lastPeriod(tx: Tx, id: string): Promise<LastPeriod | undefined> {
  const { rows } = await tx.raw(
    `select starts_at as "startsAt", ends_at as "endsAt", paid, (count(*) over ())::integer as count
       from subscription_periods where subscription_id = ? order by starts_at desc limit 1`,
    [id],
  );
  return rows[0];
}
