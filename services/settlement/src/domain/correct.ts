/** What newer facts make of a hold that has ended. Source: domain.md, 'Settling'. */
import type { Decision, Parts } from './decide.js';

/** What a hold came to by one of its decisions. */
export interface Standing extends Parts {
  readonly outcome: Decision['outcome'];
}

export type Share = keyof Parts;
const SHARES: readonly Share[] = ['teacher', 'commission', 'referral', 'refund'];

/** Another outcome, or another cent in any part. Why it came to that is no difference: nothing would move. */
export const differs = (one: Standing, other: Standing): boolean =>
  one.outcome !== other.outcome || SHARES.some((share) => one[share] !== other[share]);

export interface Transfer {
  readonly from: Share;
  readonly to: Share;
  /** Above 0. */
  readonly amount: number;
}

/** The fewest transfers from one standing to another of the same amount: who has too much gives to who has too little. */
export function transfersBetween(from: Parts, to: Parts): Transfer[] {
  const missing = new Map(SHARES.map((share) => [share, to[share] - from[share]]));
  const transfers: Transfer[] = [];
  for (const giver of SHARES)
    for (const taker of SHARES) {
      const [tooMuch, tooLittle] = [-(missing.get(giver) ?? 0), missing.get(taker) ?? 0];
      const amount = Math.min(tooMuch, tooLittle);
      if (amount <= 0) continue;
      missing.set(giver, amount - tooMuch);
      missing.set(taker, tooLittle - amount);
      transfers.push({ from: giver, to: taker, amount });
    }
  if ([...missing.values()].some((left) => left !== 0))
    throw new Error('a correction shares out another amount than the decision it corrects');
  return transfers;
}
