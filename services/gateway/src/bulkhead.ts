import { unavailable } from '@rollcall/kit/errors';

export interface BulkheadRules {
  /** In work at once. */
  readonly concurrent: number;
  /** Waiting for that. */
  readonly queue: number;
  /** Milliseconds to wait at most. */
  readonly wait: number;
}

/** Keeps one slow service from taking every connection and all memory: so many at once, so many waiting, no more. */
export interface Bulkhead {
  /** Resolves when there is room; throws 503 when there is none in time, or the signal's reason. */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
  readonly active: number;
}

export function createBulkhead(name: string, rules: BulkheadRules): Bulkhead {
  let active = 0;
  const waiting = new Set<() => void>();

  const queue = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (act: () => void) => () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        waiting.delete(admit);
        act();
      };
      const admit = stop(resolve);
      const gone = stop(() => reject(signal.reason));
      const timer = setTimeout(
        stop(() => reject(busy(name))),
        rules.wait,
      );
      signal.addEventListener('abort', gone);
      waiting.add(admit);
    });

  return {
    async enter(signal) {
      if (signal.aborted) throw signal.reason;
      if (active >= rules.concurrent) {
        if (waiting.size >= rules.queue) throw busy(name);
        return queue(signal);
      }
      active += 1;
    },
    leave() {
      const [next] = waiting;
      // The place passes on as it is; only an unwanted one is given up.
      if (next) next();
      else active -= 1;
    },
    get active() {
      return active;
    },
  };
}

const busy = (name: string): Error =>
  unavailable('upstream-busy', `The ${name} service has too much in hand. Try again shortly.`, 1);
