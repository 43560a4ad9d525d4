import { useEffect, useState } from 'react';

/** Milliseconds since 1970, told anew every ten seconds: bars grow, and a room opens. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
