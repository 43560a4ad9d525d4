/** SQL about students who give sessions up. Their sessions are locked, by which cancelling and settling queue. */
import type { DataOf } from '@rollcall/contracts/event';
import type { cancellationDecided } from '@rollcall/contracts/events/settlement';
import type { Knex } from 'knex';
import type { Cancellable } from '../domain/cancel.js';
import { COLUMNS, FROM, type HoldRow } from './to-judge.js';

export type Answer = DataOf<typeof cancellationDecided>;

/** A request's business key: asked again by another event id it is the same request. */
export interface Key {
  readonly purchaseId: string;
  readonly requestedAt: string;
}

/** What was said to those of these requests that were answered. */
export async function answersTo(tx: Knex.Transaction, requests: readonly Key[]): Promise<Answer[]> {
  const { rows } = await tx.raw<{ rows: { answer: Answer }[] }>(
    `select c.answer from cancellations c
       join unnest(?::uuid[], ?::timestamptz[]) as r (purchase_id, requested_at) using (purchase_id, requested_at)`,
    [requests.map(({ purchaseId }) => purchaseId), requests.map(({ requestedAt }) => requestedAt)],
  );
  return rows.map(({ answer }) => answer);
}

export async function addAnswers(tx: Knex.Transaction, answers: readonly Answer[], now: Date): Promise<void> {
  if (answers.length === 0) return;
  await tx('cancellations').insert(
    answers.map((answer) => ({
      purchase_id: answer.purchaseId,
      requested_at: answer.requestedAt,
      decided_at: now,
      hold_ids: answer.refunded.map(({ holdId }) => holdId),
      refunded: answer.refunded.reduce((sum, { amount }) => sum + amount.amount, 0),
      answer: JSON.stringify(answer),
    })),
  );
}

export type HoldToCancel = HoldRow & Cancellable;

/** Those of these holds that are known, whatever became of them. */
export async function holdsToCancel(
  tx: Knex.Transaction,
  holdIds: readonly string[],
): Promise<Map<string, HoldToCancel>> {
  const { rows } = await tx.raw<{ rows: HoldToCancel[] }>(
    `select ${COLUMNS}, s.version as "sessionVersion", s.starts_at as "startsAt", s.started_at as "startedAt" ${FROM}
      where h.id = any(?::uuid[])`,
    [[...holdIds]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
