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

/**
 * Mailbox or domain that is not there, or is switched off: RFC 3463. 5.7.x is policy and 5.2.2 a full mailbox: both pass. 5.1.0
 * is any trouble with any address, also ours.
 */
const GONE = /^5\.(1\.(1|2|3|6|10)|2\.1)$/;
/** Without such a code 550, 551 and 553 are said of policy as well: only words tell. */
const GONE_CODES = [550, 551, 553];
const GONE_WORDS =
  /unknown|no such|does ?n.t exist|does not exist|not found|no mailbox|invalid (mailbox|recipient)/i;
const OUR_WORDS = /relay|sender|auth|block|black|spam|policy|prohibit/i;

/** Servers repeat the address they refuse: what is kept or logged holds none, and its letters are no words of theirs. */
export const withoutAddresses = (response: string): string =>
  response.replace(/[^\s<>]+@[^\s<>]+/g, '(address)');

/**
 * Is it the address that is wrong, for good? Only a refusal of the recipient says so. That of a sender, a login or the
 * letter's text is ours to mend: an address that was suppressed for it would be lost without a fault of its owner.
 */
export function isBounce({ code, command, response }: Refusal): boolean {
  if (command !== 'RCPT TO' || code === undefined || code < 500) return false;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  if (enhanced !== undefined) return GONE.test(enhanced);
  const words = withoutAddresses(response);
  return GONE_CODES.includes(code) && GONE_WORDS.test(words) && !OUR_WORDS.test(words);
}
