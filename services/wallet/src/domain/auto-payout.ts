/** Payouts nobody has to ask for: what a teacher sets, when his day is, and what stands in the way. In UTC. */
import { toDecimal } from '@rollcall/contracts/money';
import { type FieldError, unprocessable } from '@rollcall/kit/errors';
import { minimumOf } from './withdrawal.js';

/** What a teacher has set. Who has it on has set all of it. */
export interface Plan {
  readonly on: boolean;
  /** ISO 8601: 1 is Monday. */
  readonly weekday: number | null;
  /** Minor units of `currency`. */
  readonly threshold: number | null;
  readonly currency: string | null;
}

export const NO_PLAN: Plan = { on: false, weekday: null, threshold: null, currency: null };

/** Throws 422 where it is on without a day or threshold, or the threshold is less than is ever paid out. */
export function checkPlan(plan: Plan): void {
  const errors: FieldError[] = [];
  if (plan.on && plan.weekday === null)
    errors.push({ path: 'payoutWeekday', message: 'is needed for automatic payouts' });
  if (plan.on && plan.threshold === null)
    errors.push({ path: 'payoutThreshold', message: 'is needed for automatic payouts' });
  if (plan.threshold !== null && plan.threshold < leastOf(plan))
    errors.push({ path: 'payoutThreshold', message: `must be at least ${leastOf(plan)}` });
  if (errors.length > 0) throw unprocessable('invalid-payout-settings', 'Mend what `errors` names.', errors);
}

const leastOf = ({ currency }: Plan): number => (currency === null ? 0 : minimumOf(currency));

const DAY = 86_400_000;

/** `2026-11-27`, in UTC. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export const weekdayOf = (at: Date): number => at.getUTCDay() || 7;

/** The payout day to come: today where it is the day and nothing has become of it yet; null where payouts are off. */
export function nextDay({ on, weekday }: Plan, now: Date, lastDay: string | null): string | null {
  if (!on || weekday === null) return null;
  const ahead = (weekday - weekdayOf(now) + 7) % 7;
  const isOver = ahead === 0 && lastDay === dayOf(now);
  return dayOf(new Date(now.getTime() + (isOver ? 7 : ahead) * DAY));
}

/** What of a teacher decides whether he is paid, in the currency of his plan, or another one where he has none. */
export interface Standing {
  readonly plan: Plan;
  readonly currency: string;
  /** Minor units, both. */
  readonly available: number;
  readonly owed: number;
  readonly suspended: boolean;
  /** When the stored bank account may be paid to; null where none is stored. */
  readonly payableFrom: Date | null;
  /** A withdrawal of the currency that is still under way. */
  readonly openWithdrawal: string | null;
  /** The last payout day something became of. */
  readonly lastDay: string | null;
}

export type Code =
  | 'auto-payout-off'
  | 'suspended'
  | 'debt-stands'
  | 'no-bank-account'
  | 'bank-account-too-new'
  | 'below-minimum'
  | 'below-threshold'
  | 'withdrawal-open';

export interface Obstacle {
  readonly code: Code;
  readonly message: string;
  readonly unblockedBy: string;
  /** When time alone takes it away. */
  readonly until: Date | null;
}

/** What there must be for a payout, in minor units: the threshold, never less than is ever paid out. */
export const wantedOf = ({ plan, currency }: Pick<Standing, 'plan' | 'currency'>): number =>
  Math.max(plan.threshold ?? 0, minimumOf(currency));

/**
 * The payout day to come, and what would keep it from paying, as things stand now. A bank account that is old enough by
 * then is no obstacle.
 */
export function readinessOf(
  standing: Standing,
  now: Date,
): { nextDay: string | null; blocked: readonly Obstacle[] } {
  const next = nextDay(standing.plan, now, standing.lastDay);
  const at = next === null ? now : new Date(Math.max(now.getTime(), Date.parse(next)));
  const found = [off, suspended, owing, account, amount, open].flatMap((look) => look(standing, at) ?? []);
  return { nextDay: next, blocked: found };
}

type Look = (standing: Standing, at: Date) => Obstacle | undefined;

const obstacle = (code: Code, message: string, unblockedBy: string, until: Date | null = null): Obstacle => ({
  ...{ code, message, unblockedBy, until },
});

const off: Look = ({ plan }) =>
  plan.on
    ? undefined
    : obstacle(
        'auto-payout-off',
        'Automatic payouts are off.',
        'Turn them on in the settings of your wallet, with a weekday and a threshold; or ask for a withdrawal.',
      );

const suspended: Look = (standing) =>
  standing.suspended
    ? obstacle('suspended', 'Your account is suspended.', 'Ask the platform why, and to lift it.')
    : undefined;

const owing: Look = ({ owed, currency }) =>
  owed > 0
    ? obstacle(
        'debt-stands',
        `You owe ${toDecimal({ amount: owed, currency })} ${currency}.`,
        'What you earn next repays it.',
      )
    : undefined;

const account: Look = ({ payableFrom }, at) => {
  if (payableFrom === null)
    return obstacle(
      'no-bank-account',
      'No bank account of yours is stored.',
      'Store one in the settings of your wallet.',
    );
  if (payableFrom <= at) return undefined;
  const from = payableFrom.toISOString();
  const says = 'Your bank account was named too recently to be paid to.';
  return obstacle('bank-account-too-new', says, `It may be paid to from ${from} on.`, payableFrom);
};

const amount: Look = ({ plan, available, currency }) => {
  const words = (of: number) => `${toDecimal({ amount: of, currency })} ${currency}`;
  const wanted = wantedOf({ plan, currency });
  if (available >= wanted) return undefined;
  const isLittle = available < minimumOf(currency);
  const says = `${words(available)} is available, less than ${isLittle ? 'is ever paid out' : 'your threshold'}.`;
  const more = `Earnings of ${words(wanted - available)} more${isLittle ? '.' : ', or a lower threshold.'}`;
  return obstacle(isLittle ? 'below-minimum' : 'below-threshold', says, more);
};

/** One after the other: what the bank would refuse it refuses once. */
const open: Look = ({ openWithdrawal }) =>
  openWithdrawal === null
    ? undefined
    : obstacle(
        'withdrawal-open',
        `Your withdrawal ${openWithdrawal} is still under way.`,
        'Its completion; or cancel it while it is pending.',
      );
