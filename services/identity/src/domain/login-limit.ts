/** Ten failed logins in 15 minutes close an account to further ones until the 15 minutes are over. Source: http-api.md, 'limits'. */
export const FAILURES_ALLOWED = 10;
export const WINDOW_SECONDS = 15 * 60;

export interface Failures {
  /** When the first failure of this window was. */
  readonly since: Date;
  readonly failures: number;
}

/** Seconds until the account may be tried again, at least 1; undefined when it may be tried now. */
export function closedFor(known: Failures | undefined, now: Date): number | undefined {
  if (known === undefined || known.failures < FAILURES_ALLOWED) return undefined;
  const left = Math.ceil((known.since.getTime() - now.getTime()) / 1000) + WINDOW_SECONDS;
  return left > 0 ? left : undefined;
}

/** The window after one more failure. An old window is forgotten; past the limit nothing is counted any more. */
export function afterFailure(known: Failures | undefined, now: Date): Failures {
  const open = known !== undefined && now.getTime() - known.since.getTime() < WINDOW_SECONDS * 1000;
  return open
    ? { since: known.since, failures: Math.min(known.failures + 1, FAILURES_ALLOWED) }
    : { since: now, failures: 1 };
}
