/** What was sent and not answered goes again under the same key, so that it is done once. */
import { NoAnswerError, ProblemError, UnexpectedAnswerError } from '@rollcall/contracts/client';

/** Milliseconds for which the same thing asked again is meant to be the same: after them somebody wants it twice. */
const SAME_FOR = 10 * 60_000;

interface Sent {
  readonly key: string;
  readonly at: number;
}

/** By what was sent, of the whole app: a dialog that was closed and is opened again asks for the same. */
const unanswered = new Map<string, Sent>();

/** The key of what was sent before and not answered, only for exactly the same: another body under it would be refused. */
export function keyFor(what: string, now = Date.now()): string {
  const before = unanswered.get(what);
  const sent = before !== undefined && now - before.at < SAME_FOR ? before : { key: newKey(), at: now };
  unanswered.set(what, sent);
  return sent.key;
}

/** It was answered. */
export const forgetKey = (what: string): void => void unanswered.delete(what);

/** No answer or none that is understood, a server's failure, or the first try still at it: the same key must go again. */
export const mayHaveBeenDone = (error: unknown): boolean =>
  error instanceof NoAnswerError ||
  error instanceof UnexpectedAnswerError ||
  (error instanceof ProblemError && (error.status >= 500 || error.retryAfter !== undefined));

/** randomUUID is for secure pages alone, and a developer may open one by plain HTTP from another machine. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
