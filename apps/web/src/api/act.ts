/** What changes something: sent once however often the button is pressed, and safe to send again when no answer came. */
import { type CallInput, NoAnswerError, ProblemError, type Reply } from '@rollcall/contracts/client';
import type { AnyRoute, Given } from '@rollcall/contracts/client/types';
import { useRef, useState } from 'react';
import { api } from './client.js';
import { refetch } from './read.js';
import { fieldErrors } from './trouble.js';

export interface ActOptions<R extends AnyRoute> {
  readonly onDone?: (reply: Reply<R>) => void;
  /** Routes that answer something else now. */
  readonly changes?: readonly AnyRoute[];
}

export interface Act<R extends AnyRoute> {
  /** The reply; undefined when it was refused, or another is on its way. */
  run(input: CallInput<R>): Promise<Reply<R> | undefined>;
  readonly isRunning: boolean;
  readonly error: unknown;
  /** The API's messages by field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Forgets the last refusal. */
  clear(): void;
}

/** One form's act: an idempotency key of its own, another after an answer or when something else is sent. */
export function useAct<R extends AnyRoute>(route: R, options: ActOptions<R> = {}): Act<R> {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const busy = useRef(false);
  const sent = useRef<{ key: string; what: string }>(undefined);
  const run = async (input: CallInput<R>) => {
    if (busy.current) return undefined;
    busy.current = true;
    setRunning(true);
    setError(undefined);
    try {
      sent.current = keyFor(input, sent.current);
      const idempotencyKey = route.idempotent ? sent.current.key : undefined;
      const asked = { ...input, idempotencyKey };
      const reply = await api.call(route, ...([asked] as unknown as Given<R>));
      sent.current = undefined;
      await refetch(...(options.changes ?? []));
      options.onDone?.(reply);
      return reply;
    } catch (caught) {
      if (!mayHaveBeenDone(caught)) sent.current = undefined;
      setError(caught);
      return undefined;
    } finally {
      busy.current = false;
      setRunning(false);
    }
  };
  return { run, isRunning, error, fields: fieldErrors(error), clear: () => setError(undefined) };
}

/** The key of before only for exactly what was sent before: another body under it would be refused. */
export function keyFor(input: unknown, before: { key: string; what: string } | undefined) {
  const what = JSON.stringify(input);
  return before?.what === what ? before : { key: newKey(), what };
}

/** No answer, a server's failure, or the first try still at it: the same key must go again. */
export const mayHaveBeenDone = (error: unknown): boolean =>
  error instanceof NoAnswerError ||
  (error instanceof ProblemError && (error.status >= 500 || error.retryAfter !== undefined));

/** randomUUID is for secure pages alone, and a developer may open one by plain HTTP from another machine. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
