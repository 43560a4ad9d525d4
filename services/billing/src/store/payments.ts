/** SQL that writes or locks payments. A payment is locked before its refunds and disputes. */
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import { type Payment, type PaymentStatus, standingOf } from '../domain/payment.js';

type Tx = Knex.Transaction;

const COLUMNS = `
  id, user_id as "userId", purpose, course_id as "courseId", session_id as "sessionId", amount, currency, status,
  method_id as "methodId", provider_ref as "providerRef", attempts, succeeded_at as "succeededAt", refunded,
  created_at as "createdAt", looks`;

export type NewPayment = Pick<
  Payment,
  'id' | 'userId' | 'purpose' | 'courseId' | 'sessionId' | 'amount' | 'currency' | 'methodId' | 'createdAt'
>;

/** `lookAt` is the first rung of the ladder. */
export async function addPayment(tx: Tx, payment: NewPayment, lookAt: Date): Promise<void> {
  await tx('payments').insert({
    id: payment.id,
    user_id: payment.userId,
    purpose: payment.purpose,
    course_id: payment.courseId,
    session_id: payment.sessionId,
    amount: payment.amount,
    currency: payment.currency,
    method_id: payment.methodId,
    look_at: lookAt,
    looks: 1,
    created_at: payment.createdAt,
  });
}

/** A payment of this payer, locked. Throws 404 for another's. */
export async function lockPayment(tx: Tx, id: string, userId: string): Promise<Payment> {
  const { rows } = await tx.raw(`select ${COLUMNS} from payments where id = ? and user_id = ? for update`, [
    id,
    userId,
  ]);
  if (rows.length === 0) throw notFound('payment');
  return rows[0];
}

/** The payment of an id, locked; it must be there. */
export async function lockPaymentById(tx: Tx, id: string): Promise<Payment> {
  const { rows } = await tx.raw(`select ${COLUMNS} from payments where id = ? for update`, [id]);
  if (rows.length === 0) throw new Error(`there is no payment ${id}`);
  return rows[0];
}

/**
 * The payment the provider knows by `ref`, locked; undefined where it is none of ours. One whose intent was made while
 * its answer was lost is known by the id we gave along, and has its ref from now on.
 */
export async function lockPaymentOf(
  tx: Tx,
  { ref, paymentId }: { readonly ref: string; readonly paymentId: string | null },
): Promise<Payment | undefined> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from payments
      where provider_ref = :ref or (id = :paymentId and provider_ref is null) for update`,
    { ref, paymentId },
  );
  const payment: Payment | undefined = rows[0];
  if (payment === undefined || payment.providerRef !== null) return payment;
  await tx('payments').where({ id: payment.id }).update({ provider_ref: ref });
  return { ...payment, providerRef: ref };
}

interface Changed {
  readonly status: PaymentStatus;
  readonly failureCode?: string | null;
  readonly succeededAt?: Date;
  readonly methodId?: string;
  readonly attempts?: number;
  readonly refunded?: number;
  /** The first rung of the ladder; null: the provider need not be asked any more. */
  readonly lookAt?: Date | null;
}

export async function changePayment(tx: Tx, id: string, changed: Changed): Promise<void> {
  await tx('payments')
    .where({ id })
    .update({
      status: changed.status,
      version: tx.raw('version + 1'),
      ...(changed.failureCode !== undefined && { failure_code: changed.failureCode }),
      ...(changed.succeededAt !== undefined && { succeeded_at: changed.succeededAt }),
      ...(changed.methodId !== undefined && { method_id: changed.methodId }),
      ...(changed.attempts !== undefined && { attempts: changed.attempts }),
      ...(changed.refunded !== undefined && { refunded: changed.refunded }),
      ...(changed.lookAt !== undefined && {
        look_at: changed.lookAt,
        looks: changed.lookAt === null ? 0 : 1,
      }),
    });
}

/** Puts a paid payment where its refunds and disputes leave it. `refunded` is what changes by. */
export async function standAnew(tx: Tx, payment: Payment, refunded: number): Promise<void> {
  const { rows } = await tx.raw("select from disputes where payment_id = ? and status <> 'won' limit 1", [
    payment.id,
  ]);
  const sum = payment.refunded + refunded;
  const status = standingOf({ amount: payment.amount, refunded: sum, disputed: rows.length > 0 });
  await changePayment(tx, payment.id, { status, refunded: sum });
}

/** Has the provider asked about a payment at once: something of it changed there. */
export async function wantLook(tx: Tx, id: string, at: Date): Promise<void> {
  await tx('payments').where({ id }).update({ look_at: at, looks: 0 });
}

export interface Due extends Payment {
  /** The next look as this one has put it. */
  readonly lookAt: Date;
}

/** At most `limit` payments that are due to be looked at, each put off by a rung of the ladder: one replica has them. */
export async function takeDue(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (looks: number) => Date },
): Promise<Due[]> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from payments where look_at <= ? order by look_at limit ? for update skip locked`,
    [now, limit],
  );
  const due = (rows as Payment[]).map((row) => ({ ...row, lookAt: next(row.looks) }));
  for (const { id, lookAt, looks } of due)
    await tx('payments')
      .where({ id })
      .update({ look_at: lookAt, looks: looks + 1 });
  return due;
}

/** There is nothing more to ask of a payment that ended, unless somebody has wanted a look since. */
export async function endLook(tx: Tx, { id, lookAt }: Pick<Due, 'id' | 'lookAt'>): Promise<void> {
  await tx('payments')
    .where({ id, look_at: lookAt })
    .whereIn('status', ['succeeded', 'cancelled', 'refunded', 'partially_refunded', 'disputed'])
    .update({ look_at: null, looks: 0 });
}
