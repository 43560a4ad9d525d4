import type { DataOf } from '@rollcall/contracts/event';
import { purchaseDeclined } from '@rollcall/contracts/events/enrollment';
import type { creditsDeposited } from '@rollcall/contracts/events/wallet';
import { type Money, money } from '@rollcall/contracts/money';
import { DomainError } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type CardOrder, courseOrdered, refuseOrder, takeOrder } from '../store/card-orders.js';
import { buyCourse } from './buy-course.js';
import { buySession } from './buy-session.js';

type Deposited = DataOf<typeof creditsDeposited>;

/**
 * A payment's money has become credits: what it was for is bought with them in the usual way, once. What cannot be bought
 * any more is declined, and the credits stay. Source: domain.md, 'Buying'.
 */
export async function buyByCard(work: Work, deposited: Deposited): Promise<void> {
  if (deposited.purpose === 'topup') return;
  const { paymentId, userId: studentId, courseId, sessionId } = deposited;
  const order: CardOrder = { paymentId, studentId, courseId, sessionId };
  if (!(await takeOrder(work.tx, order, work.now))) return;
  try {
    await place(work, order, deposited.amount);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await refuseOrder(work.tx, paymentId, error.code);
    await sayDeclined(work, { order, deposited, reason: error.code });
  }
}

/**
 * Refusals are thrown before anything is written. What was paid is what the payer was shown: a price that rose since is not
 * made up for by other credits of his. Source: docs/decisions/0022.
 */
async function place(work: Work, { courseId, sessionId, ...buyer }: CardOrder, paid: Money): Promise<void> {
  const by = { ...buyer, fundedBy: 'card' as const, shown: paid };
  if (sessionId !== undefined) await buySession(work, { ...by, sessionId });
  else if (courseId !== undefined) await buyCourse(work, { ...by, courseId });
  else throw new Error(`payment ${buyer.paymentId} is for nothing that has an id`);
}

interface Declined {
  readonly order: CardOrder;
  readonly deposited: Deposited;
  readonly reason: string;
}

/** Of a course that is not there nobody can be told more than his wallet shows. */
async function sayDeclined(work: Work, { order, deposited, reason }: Declined): Promise<void> {
  const course = await courseOrdered(work.tx, order);
  if (course === undefined) return;
  const { paymentId, studentId, sessionId } = order;
  work.emit(purchaseDeclined, {
    ...{ purchaseId: newId(), kind: sessionId === undefined ? 'course' : 'session', studentId, ...course },
    sessionIds: sessionId === undefined ? [] : [sessionId],
    ...{ fundedBy: 'card', paymentId, total: deposited.amount, reason },
    refunded: money(0, deposited.amount.currency),
    version: 1,
  });
}
