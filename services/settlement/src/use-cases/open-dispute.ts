import { disputeOpened, holdDisputed } from '@rollcall/contracts/events/settlement';
import { money } from '@rollcall/contracts/money';
import { conflict, notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type Refusal, whyUndisputable } from '../domain/dispute.js';
import { holdToDispute, openDispute as keepDispute, type Party, sessionOfOwn } from '../store/disputes.js';
import { lockSessions } from '../store/sessions.js';
import { type AnyHold, hasEnded } from '../store/to-judge.js';
import { saySettled } from './say-settled.js';

export interface Disputing {
  readonly holdId: string;
  readonly userId: string;
  readonly reason: string;
  /** How long after its decision a hold may be disputed. */
  readonly windowHours: number;
}

const WORDS: Readonly<Record<Refusal, string>> = {
  'already-disputed': 'This hold is disputed already. An admin will decide; both sides are told.',
  'dispute-resolved': 'An admin has resolved a dispute of this hold by what stands now. That is final.',
  'session-cancelled':
    'The class was cancelled and the whole price goes back, so there is nothing to dispute.',
  'session-not-started': 'The class has not begun, so there is no outcome yet. Cancel it, or wait for it.',
  'dispute-window-closed': 'The time in which the outcome of this hold could be disputed is over.',
};

/**
 * A student or a teacher says that a hold should come out otherwise. One that has not ended is ended by an admin alone from
 * then on: under the lock of its session, so that it is settled or disputed first and never both at once. Throws 404 for a
 * hold of others, 409 where it cannot be disputed.
 */
export async function openDispute(work: Work, asked: Disputing): Promise<{ disputeId: string }> {
  const sessionId = await sessionOfOwn(work.tx, asked);
  if (sessionId === undefined) throw notFound('hold');
  await lockSessions(work.tx, [sessionId]);
  const hold = await holdToDispute(work.tx, asked.holdId);
  if (hold === undefined) throw notFound('hold');
  const refusal = whyUndisputable(hold, { now: work.now, windowHours: asked.windowHours });
  if (refusal !== undefined) throw conflict(refusal, WORDS[refusal]);

  const openedBy = asked.userId === hold.studentId ? 'student' : 'teacher';
  const disputeId = newId();
  await keepDispute(work.tx, { id: disputeId, hold, openedBy, reason: asked.reason }, work.now);
  say(work, hold, { disputeId, openedBy });
  // Of a class that waited for this hold alone every hold is judged now, or waits for a person.
  if (hold.status === 'held') await saySettled(work, [sessionId]);
  return { disputeId };
}

function say(
  work: Work,
  hold: AnyHold,
  { disputeId, openedBy }: { disputeId: string; openedBy: Party },
): void {
  const { id: holdId, purchaseId, courseId, sessionId, studentId, teacherId } = hold;
  const about = { holdId, purchaseId, sessionId, studentId, teacherId };
  if (!hasEnded(hold)) work.emit(holdDisputed, { ...about, reason: `by-${openedBy}` as const });
  work.emit(disputeOpened, {
    ...{ ...about, disputeId, courseId, openedBy },
    amount: money(hold.amount, hold.currency),
    outcome: hasEnded(hold) ? hold.status : null,
  });
}
