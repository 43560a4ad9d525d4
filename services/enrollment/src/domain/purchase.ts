import { format, type Money } from '@rollcall/contracts/money';
import { conflict, type DomainError } from '@rollcall/kit/errors';
import type { CourseStatus } from './course.js';

export type SessionStatus = 'scheduled' | 'live' | 'completed' | 'cancelled';

/** A session as it stands, its row locked, and what this student has to do with it. */
export interface Offer {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly teacherId: string;
  readonly courseStatus: CourseStatus;
  readonly status: SessionStatus;
  readonly startsAt: Date;
  /** Teacher and a student were both seen in the room. */
  readonly startedAt: Date | null;
  readonly price: number;
  readonly maxStudents: number | null;
  readonly seatsTaken: number;
  readonly bought: boolean;
}

/** A session has started when its start has passed or the room was seen with teacher and student in it. */
export const hasStarted = (session: Pick<Offer, 'status' | 'startsAt' | 'startedAt'>, now: Date): boolean =>
  session.startedAt !== null ||
  session.startsAt <= now ||
  session.status === 'live' ||
  session.status === 'completed';

/** May this student buy this session now? Returns the reason why not. Source: domain.md, 'Buying'. */
export function refusal(offer: Offer, studentId: string, now: Date): DomainError | undefined {
  if (offer.teacherId === studentId) return ownCourse();
  if (offer.courseStatus !== 'published') return notOnSale();
  if (offer.bought) return alreadyBought([offer]);
  if (offer.status === 'cancelled')
    return conflict('session-cancelled', 'This session was cancelled. Choose another one of the course.');
  if (hasStarted(offer, now))
    return conflict('session-started', 'This session has started. Choose one that is still to come.');
  if (offer.maxStudents !== null && offer.seatsTaken >= offer.maxStudents)
    return conflict('sold-out', 'Every seat of this session is taken. Choose another one of the course.');
  return undefined;
}

export const ownCourse = (): DomainError =>
  conflict('own-course', 'You teach this course; its teacher cannot buy it.');

export const notOnSale = (): DomainError =>
  conflict('not-on-sale', 'This course is no longer on sale. Choose another one.');

type Named = Pick<Offer, 'id' | 'number' | 'title'>;
const namesOf = (sessions: readonly Named[]) =>
  sessions.map(({ number, title }) => `session ${number}, ${title}`).join('; ');
const idsOf = (sessions: readonly Named[]) => ({ sessionIds: sessions.map(({ id }) => id) });

export const alreadyBought = (sessions: readonly Named[]): DomainError =>
  conflict(
    'already-bought',
    `You have bought this already: ${namesOf(sessions)}. See it under /enrollments/me and /enrollments/me/sessions.`,
    { members: idsOf(sessions) },
  );

/** A course is bought whole or not at all. */
export const soldOut = (sessions: readonly Named[]): DomainError =>
  conflict(
    'sold-out',
    `Every seat is taken of ${namesOf(sessions)}. Buy the others one by one, or choose another course.`,
    { members: idsOf(sessions) },
  );

export type HoldStatus =
  | 'pending'
  | 'held'
  | 'review'
  | 'disputed'
  | 'released'
  | 'refunded'
  | 'split'
  | 'declined';

export type Reason =
  | 'attended'
  | 'below-threshold'
  | 'teacher-no-show'
  | 'session-cancelled'
  | 'cancelled'
  | 'admin';

/** What settlement decided about one hold. */
export interface Decision {
  readonly holdId: string;
  /** Of settlement's decisions about the hold; a correction is a newer one. */
  readonly version: number;
  readonly outcome: 'released' | 'refunded';
  readonly refund: number;
  readonly reason: Reason;
  /** Of the student, as far as attendance saw; null where nobody looked. */
  readonly seconds: number | null;
}

export interface Hold {
  readonly id: string;
  /** The decision it ended by, or was corrected by; 0 while it is open. */
  readonly decisionVersion: number;
  readonly status: HoldStatus;
  readonly reason: Reason | null;
  readonly attended: boolean;
}

const ENDED: readonly HoldStatus[] = ['released', 'refunded', 'split'];
export const isEnded = ({ status }: Pick<Hold, 'status'>): boolean => ENDED.includes(status);

/** The hold after a decision: the newest one stands, whatever is said again or late of it or of an older one. */
export function endHold<H extends Hold>(hold: H, decision: Decision): H {
  if (decision.version <= hold.decisionVersion) return hold;
  const status = decision.outcome === 'released' && decision.refund > 0 ? 'split' : decision.outcome;
  const { reason, version } = decision;
  return { ...hold, status, reason, attended: wasPresent(decision), decisionVersion: version };
}

/** An admin's decision says where money goes, not who came: there what was seen counts. */
const wasPresent = ({ outcome, reason, seconds }: Decision): boolean =>
  reason === 'attended' || (reason === 'admin' && outcome === 'released' && (seconds ?? 0) > 0);

/**
 * A class that took place keeps its seats, whoever got the money; what was given back before it frees them. An admin does
 * either: once the class is over his decision says what was seen of the student, in whatever order facts are heard.
 */
export const freesSeat = ({ outcome, reason, seconds }: Decision): boolean =>
  outcome === 'refunded' &&
  (reason === 'cancelled' || reason === 'session-cancelled' || (reason === 'admin' && seconds === null));

export type PurchaseStatus =
  | 'pending'
  | 'active'
  | 'declined'
  | 'expired'
  | 'cancelled'
  | 'attended'
  | 'missed'
  | 'refunded'
  | 'completed';

/** Where an active purchase stands after its holds. Source: domain.md, the purchase state table. */
export function statusAfter(kind: 'course' | 'session', holds: readonly Hold[]): PurchaseStatus {
  if (!holds.every(isEnded)) return 'active';
  if (wereGivenUp(holds)) return 'cancelled';
  if (holds.every(wasGivenBack)) return 'refunded';
  if (kind === 'course') return 'completed';
  return holds.some(({ attended }) => attended) ? 'attended' : 'missed';
}

/** By the student; what the teacher had cancelled before was not there to be kept. */
const wereGivenUp = (holds: readonly Hold[]): boolean =>
  holds.every(({ reason }) => reason === 'cancelled' || reason === 'session-cancelled') &&
  holds.some(({ reason }) => reason === 'cancelled');

/** All of it went back for another reason than the student's own absence. */
const wasGivenBack = ({ status, reason }: Hold): boolean =>
  status === 'refunded' && reason !== 'below-threshold';

/** Attended over ended holds of a course, in whole percent; null for a single session. */
export function completionPercentage(
  kind: 'course' | 'session',
  holds: readonly Pick<Hold, 'status' | 'attended'>[],
) {
  if (kind === 'session') return null;
  const ended = holds.filter(isEnded);
  if (ended.length === 0) return 0;
  return Math.floor((ended.filter(({ attended }) => attended).length * 100) / ended.length);
}

/** By why billing has no lesson for it. */
const BY_SUBSCRIPTION: Readonly<Record<string, string>> = {
  'no-subscription':
    'You have no subscription that runs. Nothing was taken. Subscribe to a plan, or buy with credits.',
  'subscription-past-due':
    'The current period of your subscription is not paid, or is being charged. Nothing was taken. Look at your subscription and its card, or buy with credits.',
  'quota-used-up':
    'Your subscription has fewer lessons left this month than this takes. Nothing was taken. See what is left and until when, or buy with credits.',
  'lesson-too-dear':
    'A lesson of this costs more than your subscription pays for one. Nothing was taken. Buy it with credits.',
  'other-currency':
    'This is sold in another currency than your subscription. Nothing was taken. Buy it with credits.',
};

/** What a student is told who gets no purchase: what happened, that nothing was taken, what to do. */
export function declineDetail(reason: string, total: Money, shortfall: Money | null): string {
  if (reason === 'insufficient-credit' && shortfall !== null)
    return `This costs ${format(total)} and your credits are ${format(shortfall)} short. Nothing was taken. Add credits, then buy again.`;
  if (reason === 'insufficient-credit')
    return `This costs ${format(total)}, more than your credits. Nothing was taken. Add credits, then buy again.`;
  if (reason === 'expired')
    return 'No answer about your credits came in time, so this purchase was given up. Nothing was taken. Buy again.';
  if (reason === 'wallet-unknown')
    return 'Your wallet is not there yet; a new account needs a moment. Nothing was taken. Buy again shortly.';
  const subscription = BY_SUBSCRIPTION[reason];
  return subscription ?? 'There is no purchase and nothing was taken. Look at your wallet, then buy again.';
}
