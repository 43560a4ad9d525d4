/** Where a hold's money goes. Pure: the same facts and terms give the same cents. Source: domain.md, 'Settling'. */
import { percent, percentDown } from '@rollcall/contracts/money';
import * as explain from './explain.js';
import type { Terms } from './terms.js';

export interface Hold {
  readonly amount: number;
  readonly currency: string;
  readonly studentId: string;
  readonly teacherId: string;
}

/** `seconds` is certain, `maxSeconds` possible; they differ where an end was not seen. */
export interface Presence {
  readonly seconds: number;
  readonly maxSeconds: number;
  /** Set by hand, with a reason: it counts though the room was not seen. */
  readonly corrected?: boolean;
}

export interface SessionFacts {
  /** false: we could not see the room, so nobody's absence is proven but by hand. */
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly attendanceVersion: number;
  readonly people: ReadonlyMap<string, Presence>;
}

export interface Evidence extends Presence {
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly attendanceVersion: number;
  /** Basis points of the scheduled length, rounded down. */
  readonly percent: number;
}

/** Why a hold ended. */
export type EndReason =
  | 'attended'
  | 'below-threshold'
  | 'teacher-no-show'
  | 'session-cancelled'
  | 'cancelled'
  | 'admin';

/** Why the evidence does not decide. */
export type Doubt = 'attendance-uncertain' | 'session-not-observed';

export interface Parts {
  readonly teacher: number;
  /** The platform's part, after the referrer's. */
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
}

export interface Sum extends Parts {
  /** Basis points; 0 where nothing was released. */
  readonly commissionRate: number;
  readonly evidence: Evidence | null;
  /** Each step of the sum in words and figures, in order. */
  readonly steps: readonly string[];
}

export type Ending = Sum & {
  /** A split ends a hold by hand alone: the rules give all of it to one side. */
  readonly outcome: 'released' | 'refunded' | 'split';
  readonly reason: EndReason;
};
export type Decision = Ending | (Sum & { readonly outcome: 'review'; readonly reason: Doubt });

/** Judges one hold of a completed session. Who was not seen under his id was there for 0 seconds. */
export function decide(hold: Hold, facts: SessionFacts, terms: Terms): Decision {
  const student = presenceOf(facts, hold.studentId);
  const teacher = presenceOf(facts, hold.teacherId);
  const evidence = evidenceOf(hold, facts);
  const seen = [explain.policy(terms, facts), explain.presence('student', student, facts)];
  if (terms.teacherMin > 0)
    seen.push(explain.teacherAsked(terms, facts), explain.presence('teacher', teacher, facts));

  if (!isKnown(student, facts) || (terms.teacherMin > 0 && !isKnown(teacher, facts)))
    return review(evidence, 'session-not-observed', [...seen, explain.notObserved]);
  if (straddles(student, terms.threshold, facts) || straddles(teacher, terms.teacherMin, facts))
    return review(evidence, 'attendance-uncertain', [...seen, explain.inDoubt]);
  if (!reached(teacher.seconds, terms.teacherMin, facts))
    return refund(hold, 'teacher-no-show', evidence, [...seen, explain.teacherShort]);
  const present = reached(student.seconds, terms.threshold, facts);
  seen.push(explain.comparison(student.seconds, terms, facts, present));
  return present
    ? release(hold, terms, evidence, seen)
    : refund(hold, 'below-threshold', evidence, [...seen, explain.refund(hold)]);
}

/** What was seen of a hold's student. */
export function evidenceOf({ studentId }: Pick<Hold, 'studentId'>, facts: SessionFacts): Evidence {
  const student = presenceOf(facts, studentId);
  const { seconds, maxSeconds } = student;
  const { scheduledSeconds, attendanceVersion } = facts;
  const observed = isKnown(student, facts);
  return {
    ...{ seconds, maxSeconds, observed, scheduledSeconds, attendanceVersion },
    percent: percentOf(seconds, facts),
  };
}

/** A hold whose session will not take place: all of it goes back, whoever was seen and whatever the terms. */
export const cancelled = (hold: Hold): Ending =>
  refund(hold, 'session-cancelled', null, [explain.sessionCancelled, explain.refund(hold)]);

/** A hold whose student gave the session up in time: the same. */
export const givenUp = (hold: Hold): Ending =>
  refund(hold, 'cancelled', null, [explain.givenUp, explain.refund(hold)]);

/** What the student's presence alone says, for people to read. */
export function labelOf(
  student: Presence & Pick<SessionFacts, 'observed' | 'scheduledSeconds'>,
  threshold: number,
): 'present' | 'absent' | 'review' {
  if (!student.observed || straddles(student, threshold, student)) return 'review';
  return reached(student.seconds, threshold, student) ? 'present' : 'absent';
}

type Scheduled = Pick<SessionFacts, 'scheduledSeconds'>;

/** Compared as products in basis points, so that 12:00 of 60:00 is exactly 20 % and 11:59 is not. */
const reached = (seconds: number, basisPoints: number, { scheduledSeconds }: Scheduled) =>
  seconds * 10_000 >= basisPoints * scheduledSeconds;

const straddles = ({ seconds, maxSeconds }: Presence, basisPoints: number, facts: Scheduled) =>
  reached(maxSeconds, basisPoints, facts) && !reached(seconds, basisPoints, facts);

const NOBODY: Presence = { seconds: 0, maxSeconds: 0 };
const presenceOf = (facts: SessionFacts, userId: string) => facts.people.get(userId) ?? NOBODY;

const percentOf = (seconds: number, { scheduledSeconds }: Scheduled) =>
  Math.min(10_000, Math.floor((seconds * 10_000) / scheduledSeconds));

const isKnown = ({ corrected = false }: Presence, { observed }: SessionFacts) => observed || corrected;

/** The teacher's side of a hold, all of it or the part that is his, less commission and the referrer's share of that. */
export function teachersSide(amount: number, terms: Terms): Omit<Parts, 'refund'> {
  const kept = percent(amount, terms.commissionRate);
  const referral = terms.referrerId === null ? 0 : percentDown(kept, terms.referrerShare);
  return { teacher: amount - kept, commission: kept - referral, referral };
}

function release(hold: Hold, terms: Terms, evidence: Evidence, seen: readonly string[]): Ending {
  const parts = { ...teachersSide(hold.amount, terms), refund: 0 };
  const steps = [...seen, ...explain.release(hold, terms, parts)];
  const { commissionRate } = terms;
  return { outcome: 'released', reason: 'attended', ...parts, commissionRate, evidence, steps };
}

function refund(hold: Hold, reason: EndReason, evidence: Evidence | null, steps: readonly string[]): Ending {
  return { outcome: 'refunded', reason, ...NOTHING, refund: hold.amount, evidence, steps };
}

const review = (evidence: Evidence, reason: Doubt, steps: readonly string[]): Decision => ({
  outcome: 'review',
  reason,
  ...NOTHING,
  evidence,
  steps,
});

export const NOTHING = { teacher: 0, commission: 0, referral: 0, refund: 0, commissionRate: 0 };
