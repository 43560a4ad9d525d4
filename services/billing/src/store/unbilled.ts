/** SQL that finds what was paid or given back and has no document. */
import type { Knex } from 'knex';
import type { PaidPeriod } from '../domain/invoice.js';
import type { Payment } from '../domain/payment.js';

type Tx = Knex.Transaction;

interface Asked {
  readonly before: Date;
  readonly limit: number;
}
type Paid = Pick<Payment, 'id' | 'userId' | 'purpose' | 'amount' | 'currency' | 'succeededAt'>;

const PAID = `p.id, p.user_id as "userId", p.purpose, p.amount, p.currency, p.succeeded_at as "succeededAt"`;

/** Payments that succeeded before a moment, the oldest first. */
export async function unbilledPayments(tx: Tx, { before, limit }: Asked): Promise<Paid[]> {
  const { rows } = await tx.raw(
    `select ${PAID} from payments p
      where p.succeeded_at < ?
        and not exists (select from invoices i where i.payment_id = p.id and i.kind = 'invoice')
      order by p.id limit ?`,
    [before, limit],
  );
  return rows;
}

/** Paid periods that began before a moment, each charged as it began. A trial costs nothing and has no invoice. */
export async function unbilledPeriods(tx: Tx, { before, limit }: Asked): Promise<PaidPeriod[]> {
  const { rows } = await tx.raw(
    `select s.id as "subscriptionId", s.user_id as "userId", plans.name as "planName", t.starts_at as "startsAt",
            t.ends_at as "endsAt", t.paid, s.currency, t.starts_at as "paidAt"
       from subscription_periods t join subscriptions s on s.id = t.subscription_id join plans on plans.id = s.plan_id
      where t.paid > 0 and t.starts_at < ?
        and not exists (select from invoices i where i.subscription_id = s.id and i.period_start = t.starts_at
                                                 and i.kind = 'invoice')
      order by t.starts_at, s.id limit ?`,
    [before, limit],
  );
  return rows;
}

/** Refunds that were made, of payments that succeeded before a moment. */
export async function uncreditedRefunds(
  tx: Tx,
  { before, limit }: Asked,
): Promise<{ payment: Paid; refund: { id: string; amount: number } }[]> {
  const { rows } = await tx.raw(
    `select ${PAID}, r.id as "refundId", r.amount as back from refunds r join payments p on p.id = r.payment_id
      where r.status = 'succeeded' and p.succeeded_at < ?
        and not exists (select from invoices i where i.refund_id = r.id and i.kind = 'credit_note')
      order by r.id limit ?`,
    [before, limit],
  );
  return rows.map(({ refundId, back, ...payment }: Paid & { refundId: string; back: number }) => ({
    payment,
    refund: { id: refundId, amount: back },
  }));
}
