import { useEffect, useRef, useState } from 'react';

/** Milliseconds after the last key: one question a word, not one a letter. */
const PAUSE = 300;

/**
 * The text of a filter's field, and what takes a key. `change` hears of it once the keys are still, without the space of a
 * word that is still to come; a `value` that came otherwise, as by the back button, goes into the field.
 */
export function useTyped(value: string, change: (value: string) => void) {
  const [typed, setTyped] = useState(value);
  /** The last that the field told, or took in. */
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const text = typed.trim();
    if (text === known.current) return;
    const timer = setTimeout(() => {
      known.current = text;
      change(text);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [typed, change]);
  return [typed, setTyped] as const;
}
