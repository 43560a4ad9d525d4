import { type Verification, verifyLedger } from '@rollcall/contracts/api/finance';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.js';
import { chunksOf } from './chunks.js';

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
