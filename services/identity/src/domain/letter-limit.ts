/** Letters of one purpose an account may ask for in an hour: one that was lost, one that was mistyped, one to spare. */
export const LETTERS_ALLOWED = 3;
export const LETTER_WINDOW_SECONDS = 3600;

/** How long a letter's token is good for, in seconds. Source: docs/decisions/0012-letters-carry-sealed-tokens.md. */
export const LETTER_LIFE = { 'password-reset': 3600, 'email-verification': 7 * 86_400 } as const;

/** Seconds until an account may ask for another letter, at least 1; undefined when it may now. `sent` is oldest first. */
export function letterClosedFor(sent: readonly Date[], now: Date): number | undefined {
  const since = now.getTime() - LETTER_WINDOW_SECONDS * 1000;
  const recent = sent.filter((at) => at.getTime() > since);
  const gates = recent.at(-LETTERS_ALLOWED);
  return gates === undefined ? undefined : Math.max(1, Math.ceil((gates.getTime() - since) / 1000));
}
