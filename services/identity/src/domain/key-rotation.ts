import { ACCESS_SECONDS } from './access.js';

/** Seconds a new key is published before it signs: longer than anybody keeps the key set (10 minutes at most). */
export const PUBLISHED_AHEAD = 15 * 60;
/** Seconds a key verifies after the next one began: its last token's life, and as much for clocks that are late. */
export const VERIFIES_ON = 2 * ACCESS_SECONDS;
/** Days a key signs before the next one is made without being asked for. */
export const KEY_DAYS = 90;

export interface KeyState {
  readonly kid: string;
  readonly signsFrom: Date;
  /** When an operator asked for the next one. */
  readonly replaceAskedAt: Date | null;
}

export interface Tending {
  /** When the key to be made now will begin to sign; undefined when none is to be made. */
  readonly nextSignsFrom: Date | undefined;
  /** Keys whose last token is over. */
  readonly retired: readonly string[];
}

const later = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000);

/** What the keys that are not retired need now. One that is published and does not sign yet is waited for. */
export function tend(keys: readonly KeyState[], now: Date): Tending {
  const inOrder = [...keys].sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  const newest = inOrder.at(-1);
  const retired = inOrder.filter((_key, index) => {
    const next = inOrder[index + 1];
    return next !== undefined && later(next.signsFrom, VERIFIES_ON) <= now;
  });
  return {
    nextSignsFrom: newest !== undefined && isDue(newest, now) ? later(now, PUBLISHED_AHEAD) : undefined,
    retired: retired.map(({ kid }) => kid),
  };
}

const isDue = ({ signsFrom, replaceAskedAt }: KeyState, now: Date): boolean =>
  signsFrom <= now && (replaceAskedAt !== null || later(signsFrom, KEY_DAYS * 86_400) <= now);
