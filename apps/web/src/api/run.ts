import { useRef, useState } from 'react';
import { fieldErrors } from './trouble.js';

/** What is done at the press of a button, where it is no route of its own: once at a time, its refusal kept. */
export function useRun<Input extends unknown[]>(act: (...input: Input) => Promise<void>) {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const busy = useRef(false);
  const run = async (...input: Input): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    setRunning(true);
    setError(undefined);
    await act(...input).catch(setError);
    busy.current = false;
    setRunning(false);
  };
  return { run, isRunning, error, fields: fieldErrors(error) };
}
