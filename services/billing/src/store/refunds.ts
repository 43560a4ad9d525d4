/** SQL that writes or locks refunds and disputes. Their payment is locked first. */
import type { Knex } from 'knex';
import type { DisputeStatus } from '../domain/dispute.js';
import type { DisputeFact } from '../domain/facts.js';

type Tx = Knex.Transaction;

export interface Refund {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly status: 'requested' | 'reserved' | 'succeeded' | 'refused' | 'failed';
  readonly requestedHere: boolean;
  readonly providerRef: string | null;
  readonly looks: number;
}

const COLUMNS = `id, payment_id as "paymentId", amount, status, requested_here as "requestedHere",
  provider_ref as "providerRef", looks`;

interface NewRefund extends Omit<Refund, 'looks'> {
  readonly reason: string | null;
  readonly at: Date;
}

export async function addRefund(tx: Tx, refund: NewRefund): Promise<void> {
  await tx('refunds').insert({
    id: refund.id,
    payment_id: refund.paymentId,
    amount: refund.amount,
    status: refund.status,
    requested_here: refund.requestedHere,
    provider_ref: refund.providerRef,
    reason: refund.reason,
    created_at: refund.at,
  });
}

/** What of a payment is given back, or is to be. */
export async function liveRefunds(tx: Tx, paymentId: string): Promise<number> {
  const { rows } = await tx.raw(
    `select coalesce(sum(amount), 0)::bigint as live from refunds
      where payment_id = ? and status in ('requested', 'reserved', 'succeeded')`,
    [paymentId],
  );
  return Number(rows[0].live);
}

/** A refund of this payment by our id, or else by the provider's. */
export async function refundIn(
  tx: Tx,
  { paymentId, id, ref }: { readonly paymentId: string; readonly id: string | null; readonly ref?: string },
): Promise<Refund | undefined> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from refunds
      where payment_id = :paymentId and (id = :id or provider_ref = :ref) for update`,
    { paymentId, id, ref: ref ?? null },
  );
  return rows[0];
}

interface Changed {
  readonly status: Refund['status'];
  readonly providerRef?: string;
  readonly possible?: number;
  readonly lookAt?: Date | null;
}

export async function changeRefund(tx: Tx, id: string, changed: Changed): Promise<void> {
  await tx('refunds')
    .where({ id })
    .update({
      status: changed.status,
      ...(changed.providerRef !== undefined && { provider_ref: changed.providerRef }),
      ...(changed.possible !== undefined && { possible: changed.possible }),
      look_at: changed.status === 'reserved' ? (changed.lookAt ?? tx.raw('look_at')) : null,
    });
}

export interface DueRefund extends Refund {
  readonly paymentRef: string;
}

/** At most `limit` refunds the provider is to be asked for, each put off by a rung of the ladder. */
export async function takeDueRefunds(
  tx: Tx,
  { now, limit, next }: { now: Date; limit: number; next: (looks: number) => Date },
): Promise<DueRefund[]> {
  const { rows } = await tx.raw(
    `select ${COLUMNS}, (select provider_ref from payments p where p.id = payment_id) as "paymentRef"
       from refunds where look_at <= ? order by look_at limit ? for update skip locked`,
    [now, limit],
  );
  for (const { id, looks } of rows as DueRefund[])
    await tx('refunds')
      .where({ id })
      .update({ look_at: next(looks), looks: looks + 1 });
  return rows;
}

export interface Dispute {
  readonly id: string;
  readonly amount: number;
  readonly status: DisputeStatus;
}

/** Adds a dispute where it is new. Says whether it was. */
export async function addDispute(
  tx: Tx,
  { id, paymentId, fact, at }: { id: string; paymentId: string; fact: DisputeFact; at: Date },
): Promise<boolean> {
  const added = await tx('disputes')
    .insert({
      ...{ id, payment_id: paymentId, provider_ref: fact.ref, amount: fact.amount },
      ...{ status: 'open', opened_at: at },
    })
    .onConflict('provider_ref')
    .ignore()
    .returning('id');
  return added.length > 0;
}

export async function disputeOf(tx: Tx, ref: string): Promise<Dispute | undefined> {
  return tx('disputes').where({ provider_ref: ref }).first('id', 'amount', 'status');
}

export async function closeDispute(tx: Tx, id: string, status: 'won' | 'lost', at: Date): Promise<void> {
  await tx('disputes').where({ id }).update({ status, closed_at: at });
}
