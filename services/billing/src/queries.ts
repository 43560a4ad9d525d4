/** All SQL behind GET, returning response shapes. */
import type { Payment, PaymentMethod, Refund } from '@rollcall/contracts/api/billing';
import { money } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Confirming } from './use-cases/confirm-payment.js';

interface Filter {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** A page of a payer's payments, newest first. */
export async function paymentsOf(db: Database, userId: string, filter: Filter) {
  const [before] = decodeCursor(filter.cursor, Id) ?? [null];
  const { rows } = await db.raw(PAYMENTS, {
    ...{ userId, before, id: null, limit: filter.limit + 1 },
    statuses: filter.status === undefined ? null : [...filter.status],
    ...{ from: filter.from ?? null, to: filter.to ?? null },
  });
  return listPage(rows as PaymentRow[], filter.limit, paymentOf, ({ id }) => [id]);
}

/** One of a payer's payments. Throws 404 for another's. */
export async function readPayment(db: Database, userId: string, id: string): Promise<Payment> {
  const none = { before: null, statuses: null, from: null, to: null };
  const { rows } = await db.raw(PAYMENTS, { ...none, userId, id, limit: 1 });
  if (rows.length === 0) throw notFound('payment');
  return paymentOf(rows[0]);
}

const PAYMENTS = `
  select p.*, coalesce((select json_agg(to_json(r) order by r.id desc) from refunds r where r.payment_id = p.id), '[]')
                as refunds
    from payments p
   where p.user_id = :userId
     and (cast(:id as uuid) is null or p.id = :id)
     and (cast(:before as uuid) is null or p.id < :before)
     and (cast(:statuses as text[]) is null or p.status = any(:statuses))
     and (cast(:from as timestamptz) is null or p.created_at >= :from)
     and (cast(:to as timestamptz) is null or p.created_at < :to)
   order by p.id desc limit :limit`;

interface PaymentRow {
  readonly id: string;
  readonly user_id: string;
  readonly purpose: Payment['purpose'];
  readonly status: Payment['status'];
  readonly amount: number;
  readonly currency: string;
  readonly refunded: number;
  readonly method_id: string | null;
  readonly course_id: string | null;
  readonly session_id: string | null;
  readonly provider_ref: string | null;
  readonly failure_code: string | null;
  readonly created_at: Date;
  readonly version: number;
  /** As JSON, so instants are words. */
  readonly refunds: readonly (Omit<RefundRow, 'created_at' | 'currency'> & { readonly created_at: string })[];
}

const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  userId: row.user_id,
  purpose: row.purpose,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  refundedAmount: row.refunded,
  methodId: row.method_id,
  courseId: row.course_id,
  sessionId: row.session_id,
  providerRef: row.provider_ref,
  failureCode: row.failure_code,
  refunds: row.refunds.map((refund) =>
    refundOf({ ...refund, currency: row.currency, created_at: new Date(refund.created_at) }),
  ),
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

interface RefundRow {
  readonly id: string;
  readonly payment_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Refund['status'];
  readonly possible: number | null;
  readonly reason: string | null;
  readonly created_at: Date;
}

const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  paymentId: row.payment_id,
  amount: row.amount,
  currency: row.currency,
  status: row.status,
  possible: row.possible === null ? null : money(row.possible, row.currency),
  reason: row.reason,
  createdAt: row.created_at.toISOString(),
});

export async function readRefund(db: Database, id: string): Promise<Refund> {
  const row = await db('refunds')
    .join('payments', 'payments.id', 'refunds.payment_id')
    .where('refunds.id', id)
    .first('refunds.*', 'payments.currency');
  return refundOf(row);
}

/** A payment as it is asked about, with the provider's id of its card. */
export async function confirmingOf(db: Database, id: string): Promise<Confirming> {
  const { rows } = await db.raw(
    `select p.id, p.user_id as "userId", p.amount, p.currency, p.status, p.provider_ref as "providerRef", p.attempts,
            m.provider_id as "methodRef"
       from payments p left join payment_methods m on m.id = p.method_id where p.id = ?`,
    [id],
  );
  return rows[0];
}

/** A page of the cards a payer keeps, newest first. */
export async function methodsOf(
  db: Database,
  userId: string,
  { limit, cursor }: Pick<Filter, 'limit' | 'cursor'>,
) {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const rows = await db('payment_methods')
    .where({ user_id: userId, status: 'attached' })
    .modify((query) => (before === undefined ? query : query.where('id', '<', before)))
    .orderBy('id', 'desc')
    .limit(limit + 1);
  return listPage(rows as MethodRow[], limit, methodOf, ({ id }) => [id]);
}

/** One of the cards a payer keeps, which its caller knows to be there. */
export const readMethod = async (db: Database, id: string): Promise<PaymentMethod> =>
  methodOf(await db('payment_methods').where({ id }).first());

interface MethodRow {
  readonly id: string;
  readonly brand: string;
  readonly last4: string;
  readonly exp_month: number;
  readonly exp_year: number;
  readonly is_default: boolean;
  readonly created_at: Date;
}

const methodOf = (row: MethodRow): PaymentMethod => ({
  id: row.id,
  brand: row.brand,
  last4: row.last4,
  expMonth: row.exp_month,
  expYear: row.exp_year,
  isDefault: row.is_default,
  createdAt: row.created_at.toISOString(),
});
