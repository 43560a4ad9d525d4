/** The sum in plain words with its figures, for whoever asks why. */
import { type StepName, stepText } from '@rollcall/contracts/decision-steps';
import { toDecimal } from '@rollcall/contracts/money';
import type { Hold, Parts, Presence, SessionFacts } from './decide.js';
import type { CommissionCase, Terms } from './terms.js';

type Scheduled = Pick<SessionFacts, 'scheduledSeconds'>;

export const policy = (terms: Terms, facts: Scheduled): string =>
  stepText('policy', {
    ...{ version: terms.policyVersion, preset: terms.preset, threshold: rate(terms.threshold) },
    ...{ scheduled: facts.scheduledSeconds, needed: needed(terms.threshold, facts) },
  });

export const teacherAsked = (terms: Terms, facts: Scheduled): string =>
  stepText('teacherAsked', { share: rate(terms.teacherMin), needed: needed(terms.teacherMin, facts) });

export function presence(
  who: 'student' | 'teacher',
  { seconds, maxSeconds, corrected }: Presence,
  facts: Scheduled,
): string {
  const figures = { seconds, share: share(seconds, facts) };
  if (corrected) return stepText(`${who}Corrected`, figures);
  if (seconds === maxSeconds) return stepText(`${who}Seen`, figures);
  const most = { most: maxSeconds, mostShare: share(maxSeconds, facts) };
  return stepText(`${who}Between`, { ...figures, ...most });
}

export const notObserved = stepText('notObserved', {});
export const inDoubt = stepText('inDoubt', {});
export const teacherShort = stepText('teacherShort', {});
export const sessionCancelled = stepText('sessionCancelled', {});
export const givenUp = stepText('givenUp', {});

export const comparison = (seconds: number, terms: Terms, facts: Scheduled, present: boolean): string =>
  stepText(present ? 'enough' : 'tooLittle', { seconds, needed: needed(terms.threshold, facts) });

export const refund = (hold: Hold): string => stepText('refunded', { amount: say(hold, hold.amount) });

export const byHand = stepText('byHand', {});

export const splitUp = (hold: Hold, basisPoints: number, side: number): string =>
  stepText('splitUp', {
    ...{ share: rate(basisPoints), amount: say(hold, hold.amount) },
    ...{ side: say(hold, side), rest: say(hold, hold.amount - side) },
  });

const COMMISSION = {
  'teacher-referred': 'commissionOfReferred',
  'own-student': 'commissionOfOwnStudent',
  otherwise: 'commissionOtherwise',
  override: 'commissionOverridden',
} as const satisfies Readonly<Record<CommissionCase, StepName>>;

export function release(hold: Hold, terms: Terms, parts: Parts): string[] {
  const amount = say(hold, hold.amount);
  const kept = say(hold, parts.commission + parts.referral);
  const referral = {
    ...{ share: rate(terms.referrerShare), amount: say(hold, parts.referral) },
    rest: say(hold, parts.commission),
  };
  return [
    stepText(COMMISSION[terms.commissionCase], { rate: rate(terms.commissionRate), amount, kept }),
    ...(terms.referrerId === null ? [] : [stepText('referral', referral)]),
    stepText('theRest', { amount, kept, rest: say(hold, parts.teacher) }),
  ];
}

const say = ({ currency }: Hold, amount: number) => `${toDecimal({ amount, currency })} ${currency}`;

/** 3000 is "30.00 %". */
const rate = (basisPoints: number) => `${(basisPoints / 100).toFixed(2)} %`;

const share = (seconds: number, { scheduledSeconds }: Scheduled) =>
  rate(Math.min(10_000, Math.floor((seconds * 10_000) / scheduledSeconds)));

const needed = (basisPoints: number, { scheduledSeconds }: Scheduled) =>
  String((basisPoints * scheduledSeconds) / 10_000);
