/** When what is ours to do is tried again. */

/** Milliseconds: 1 min, 10 min, 1 h, then daily. */
const LADDER = [60_000, 600_000, 3_600_000] as const;
const DAY = 86_400_000;

/** When to try the next time, after so many tries. */
export const nextTry = (attempts: number, now: Date): Date =>
  new Date(now.getTime() + (LADDER[attempts] ?? DAY));
