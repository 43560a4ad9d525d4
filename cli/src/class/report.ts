/** How each hold was settled, in lines for a person. */
import type { Hold } from '@rollcall/contracts/api/settlement';
import { format } from '@rollcall/contracts/money';
import { nameOf } from './people.js';

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** Decided, and paid unless a person has to decide. */
export const isSettled = ({ status, paidAt }: Hold): boolean =>
  status === 'review' || status === 'disputed' || (status !== 'held' && paidAt !== null);

export function reportOf(holds: readonly Hold[], explain: boolean): string[] {
  return holds.flatMap((hold) => [line(hold), ...(explain ? steps(hold) : [])]);
}

function line(hold: Hold): string {
  const { amount, currency, decision } = hold;
  const held = format({ amount, currency });
  if (!decision)
    return `${nameOf(hold.studentId)}  ${held} ${hold.status}${hold.notes ? `: ${hold.notes}` : ''}`;
  const seen = decision.attendance ? `${seenOf(decision.attendance)}  ` : '';
  const outcome = `${nameOf(hold.studentId)}  ${seen}${held} ${hold.status} (${decision.reason})`;
  if (decision.outcome === 'review') return `${outcome}: held until a person decides`;
  const money = [
    `teacher ${format(decision.teacher)}`,
    `commission ${format(decision.commission)}`,
    ...(decision.referral.amount > 0 ? [`referral ${format(decision.referral)}`] : []),
    `refund ${format(decision.refund)}`,
  ].join(', ');
  const paid = isSettled(hold) ? '' : '  (not paid yet)';
  return `${outcome}: ${money}${paid}`;
}

type Seen = NonNullable<NonNullable<Hold['decision']>['attendance']>;

function seenOf({ seconds, maxSeconds, scheduledSeconds, percent }: Seen): string {
  const of = `of ${clock(scheduledSeconds)}`;
  if (maxSeconds > seconds) return `${clock(seconds)} to ${clock(maxSeconds)} ${of}, an end was not seen`;
  return `${clock(seconds)} ${of}, ${percent.toFixed(2)} %`;
}

const steps = ({ decision }: Hold): string[] =>
  (decision?.steps ?? []).map((step, index) => `    ${index + 1}. ${step}`);
