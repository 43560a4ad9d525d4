/** What changes something: sent once however often the button is pressed, and safe to send again when no answer came. */
import type { CallInput, Reply } from '@rollcall/contracts/client';
import type { AnyRoute, Given } from '@rollcall/contracts/client/types';
import { useRef, useState } from 'react';
import { forgetKey, keyFor, mayHaveBeenDone } from './again.js';
import { api } from './client.js';
import { refetch } from './read.js';
import { fieldErrors } from './trouble.js';

export interface ActOptions<R extends AnyRoute> {
  readonly onDone?: (reply: Reply<R>) => void;
  /** Routes that answer something else now: also after a refusal, which what was shown may have led to. */
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

/** One form's act, with an idempotency key: another after an answer, and for whatever else is sent. */
export function useAct<R extends AnyRoute>(route: R, options: ActOptions<R> = {}): Act<R> {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const busy = useRef(false);
  const run = async (input: CallInput<R>) => {
    if (busy.current) return undefined;
    busy.current = true;
    setRunning(true);
    setError(undefined);
    const what = `${route.method} ${route.path} ${JSON.stringify(input)}`;
    try {
      const asked = { ...input, idempotencyKey: route.idempotent ? keyFor(what) : undefined };
      const reply = await api.call(route, ...([asked] as unknown as Given<R>));
      forgetKey(what);
      await refetch(...(options.changes ?? []));
      options.onDone?.(reply);
      return reply;
    } catch (caught) {
      if (!mayHaveBeenDone(caught)) forgetKey(what);
      setError(caught);
      void refetch(...(options.changes ?? []));
      return undefined;
    } finally {
      busy.current = false;
      setRunning(false);
    }
  };
  return { run, isRunning, error, fields: fieldErrors(error), clear: () => setError(undefined) };
}
