import { type Verification, verifyLedger } from '@rollcall/contracts/api/finance';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.js';

/** Seals of one request: about a second of work, so that the bar moves; the API takes ten times as many. */
const CHUNK = 10_000;

interface State {
  readonly isRunning: boolean;
  readonly isDone: boolean;
  readonly from: number;
  readonly to: number;
  readonly checked: number;
  readonly fault: Verification | undefined;
  readonly error: unknown;
}

const NOTHING: State = {
  ...{ isRunning: false, isDone: false, from: 0, to: 0, checked: 0 },
  ...{ fault: undefined, error: undefined },
};

/** Ranges that cover `from` to `to` in order, a chunk each; what is no range is asked as it is, for the API to refuse. */
export function chunksOf(from: number, to: number, size = CHUNK): { from: number; to: number }[] {
  if (!(to >= from)) return [{ from, to }];
  const count = Math.ceil((to - from + 1) / size);
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * size,
    to: Math.min(to, from + (index + 1) * size - 1),
  }));
}

/** Verifies a range chunk by chunk; stops at the first fault, and when it is told to or its page is left. */
export function useVerify() {
  const [state, setState] = useState<State>(NOTHING);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const stop = () => {
    running.current?.abort();
    setState((before) => ({ ...before, isRunning: false }));
  };
  const run = async (from: number, to: number) => {
    running.current?.abort();
    const end = new AbortController();
    running.current = end;
    setState({ ...NOTHING, isRunning: true, from, to });
    try {
      for (const range of chunksOf(from, to)) {
        const { body } = await api.call(verifyLedger, { query: range, signal: end.signal });
        const fault = body.valid ? undefined : body;
        setState((before) => ({ ...before, checked: before.checked + body.count, fault }));
        if (fault !== undefined) break;
      }
      setState((before) => ({ ...before, isRunning: false, isDone: true }));
    } catch (error) {
      if (!end.signal.aborted) setState((before) => ({ ...before, isRunning: false, error }));
    }
  };
  return { run, stop, state };
}
