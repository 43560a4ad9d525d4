/** Milliseconds: the wallet is asked again after as long, so what waits longer is not on its way any more. */
const STUCK_AFTER = 60_000;

/** Purchases asked for before this and still pending are stuck. To the minute, so that a page asks one question and not many. */
export const stuckBefore = (now: Date): string =>
  new Date(Math.floor((now.getTime() - STUCK_AFTER) / 60_000) * 60_000).toISOString();
