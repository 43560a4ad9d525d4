/** Which of what left an account was a given payment into it, where what came in first leaves first. */

/** What left an account, in the account's order. */
export interface Draw {
  readonly entry: string;
  readonly amount: number;
}

/** A payment into an account, and what lay there before it. Minor units. */
export interface PaidIn {
  readonly before: number;
  readonly amount: number;
}

/** What of the payment each draw took, by its entry, but for those that took nothing; and what is left of it. */
export function sharesOf(paid: PaidIn, draws: readonly Draw[]) {
  const shares = new Map<string, number>();
  let [older, remaining] = [paid.before, paid.amount];
  for (const { entry, amount } of draws) {
    if (remaining === 0) break;
    const fromOlder = Math.min(older, amount);
    const share = Math.min(remaining, amount - fromOlder);
    older -= fromOlder;
    remaining -= share;
    if (share > 0) shares.set(entry, share);
  }
  return { shares, remaining };
}
