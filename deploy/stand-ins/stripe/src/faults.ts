/** What goes wrong between a caller and Stripe, asked for beforehand by the control surface. */

export const FAULTS = ['refuse', 'fail-after', 'drop-answer', 'hang', 'rate-limit', 'slow'] as const;

export interface Fault {
  /**
   * refuse: 500, nothing done. fail-after: done, then 500. drop-answer: done, then the connection is cut.
   * hang: nothing done, no answer, cut at last. rate-limit: 429. slow: done and answered, but late.
   */
  readonly kind: (typeof FAULTS)[number];
  /** How many calls it strikes; one unless said. */
  readonly times: number;
  /** Strikes only calls of this method, and of paths that begin so. */
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  /** For `slow` and `hang`. */
  readonly milliseconds: number;
}

/** Faults that wait for a call, in the order they were asked for. */
export const FAULTS_KEPT = 100;

export function takeFault(faults: Fault[], method: string, path: string): Fault | undefined {
  const at = faults.findIndex(
    (fault) => (fault.method ?? method) === method && path.startsWith(fault.path ?? ''),
  );
  const fault = faults[at];
  if (fault === undefined) return undefined;
  if (fault.times > 1) faults[at] = { ...fault, times: fault.times - 1 };
  else faults.splice(at, 1);
  return fault;
}
