/** How often a letter is tried, and what a mail server's refusal means. */

/** Seconds to wait after each failed try: greylisting wants minutes, a server that is being mended hours. Two days in all. */
const LADDER = [30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400];

/** When to try again after the `attempts`-th try failed; undefined: not any more. */
export function nextTry(attempts: number, now: Date): Date | undefined {
  const seconds = LADDER[attempts - 1];
  return seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
}

/** What a mail server answered, or that it did not. */
export interface Refusal {
  /** SMTP code; undefined where there was no answer. */
  readonly code: number | undefined;
  /** The command it answered: `RCPT TO`, `DATA`. */
  readonly command: string | undefined;
  readonly response: string;
}

/** Mailbox or domain that is not there, or is switched off: RFC 3463. 5.7.x is policy and 5.2.2 a full mailbox: both pass. */
const GONE = /^5\.(1\.(0|1|2|3|6|10)|2\.1)$/;
/** Without such a code: no mailbox (550, 551), no such name (553). */
const GONE_CODES = [550, 551, 553];

/**
 * Is it the address that is wrong, for good? Only a refusal of the recipient says so. That of a sender, a login or the
 * letter's text is ours to mend: an address that was suppressed for it would be lost without a fault of its owner.
 */
export function isBounce({ code, command, response }: Refusal): boolean {
  if (command !== 'RCPT TO' || code === undefined || code < 500) return false;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return enhanced === undefined ? GONE_CODES.includes(code) : GONE.test(enhanced);
}
