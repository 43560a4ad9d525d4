/** The sum in plain words with its figures, for whoever asks why. */
import { toDecimal } from '@rollcall/contracts/money';
import type { Hold, Parts, Presence, SessionFacts } from './decide.js';
import type { CommissionCase, Terms } from './terms.js';

type Scheduled = Pick<SessionFacts, 'scheduledSeconds'>;

export const policy = (terms: Terms, facts: Scheduled): string =>
  `Policy version ${terms.policyVersion} (${terms.preset}): the student must attend at least ` +
  `${rate(terms.threshold)} of the scheduled ${facts.scheduledSeconds} seconds, which is ${needed(terms.threshold, facts)}.`;

export const teacherAsked = (terms: Terms, facts: Scheduled): string =>
  `The teacher must attend at least ${rate(terms.teacherMin)}, which is ${needed(terms.teacherMin, facts)} seconds.`;

export function presence(
  who: 'student' | 'teacher',
  { seconds, maxSeconds, corrected }: Presence,
  facts: Scheduled,
) {
  if (corrected)
    return `The ${who} was in class for ${seconds} seconds, ${share(seconds, facts)}, as an admin has set it by hand.`;
  if (seconds === maxSeconds)
    return `The ${who} was in class for ${seconds} seconds, ${share(seconds, facts)}.`;
  return (
    `The ${who} was in class for at least ${seconds} and at most ${maxSeconds} seconds, ` +
    `${share(seconds, facts)} to ${share(maxSeconds, facts)}: an end was not seen.`
  );
}

export const notObserved =
  'Nothing was seen of the room, so nobody can be said to have been absent: a person will decide.';
export const inDoubt = 'These figures lie on both sides of what is asked: a person will decide.';
export const teacherShort = 'The teacher was there for less than that: everything goes back to the student.';
export const sessionCancelled = 'The session was cancelled.';
export const givenUp = 'The student cancelled before the session started.';

export const comparison = (seconds: number, terms: Terms, facts: Scheduled, present: boolean): string =>
  present
    ? `${seconds} is at least ${needed(terms.threshold, facts)}: the money goes to the teacher.`
    : `${seconds} is less than ${needed(terms.threshold, facts)}: the money goes back to the student.`;

export const refund = (hold: Hold): string => `The student gets back ${say(hold, hold.amount)}, all of it.`;

export const byHand = 'An admin decided; the words are in the notes.';

export const splitUp = (hold: Hold, share: number, side: number): string =>
  `${rate(share)} of ${say(hold, hold.amount)}, half a unit rounded up, is the teacher's side: ${say(hold, side)}; ` +
  `the student gets back ${say(hold, hold.amount - side)}.`;

const WHY: Readonly<Record<CommissionCase, string>> = {
  'teacher-referred': 'the teacher was referred by somebody',
  'own-student': 'the student came by this teacher',
  otherwise: 'the rate of everybody else',
  override: 'a rate of its own for this teacher or course',
};

export function release(hold: Hold, terms: Terms, parts: Parts): string[] {
  const kept = parts.commission + parts.referral;
  const steps = [
    `Commission: ${rate(terms.commissionRate)} of ${say(hold, hold.amount)} is ${say(hold, kept)}, ` +
      `half a unit rounded up (${WHY[terms.commissionCase]}).`,
  ];
  if (terms.referrerId !== null)
    steps.push(
      `The referrer gets ${rate(terms.referrerShare)} of the commission, rounded down: ${say(hold, parts.referral)}; ` +
        `the platform keeps ${say(hold, parts.commission)}.`,
    );
  steps.push(
    `The teacher gets the rest: ${say(hold, hold.amount)} less ${say(hold, kept)} is ${say(hold, parts.teacher)}.`,
  );
  return steps;
}

const say = ({ currency }: Hold, amount: number) => `${toDecimal({ amount, currency })} ${currency}`;

/** 3000 is "30.00 %". */
const rate = (basisPoints: number) => `${(basisPoints / 100).toFixed(2)} %`;

const share = (seconds: number, { scheduledSeconds }: Scheduled) =>
  rate(Math.min(10_000, Math.floor((seconds * 10_000) / scheduledSeconds)));

const needed = (basisPoints: number, { scheduledSeconds }: Scheduled) =>
  String((basisPoints * scheduledSeconds) / 10_000);
