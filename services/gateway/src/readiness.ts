import { setTimeout as sleep } from 'node:timers/promises';

export interface Readiness {
  /** What has not been ready yet; empty from then on, whatever happens to one of them later. */
  readonly waitingFor: readonly string[];
  stop(): void;
}

interface Probed {
  readonly name: string;
  isReady(): Promise<boolean>;
}

/** Milliseconds between two questions: soon at first, as everything starts together, then every second. */
const pause = (asked: number): number => Math.min(1_000, 100 + asked * 50);

/** Asks every upstream until it has been ready once. Latched: one of them down later does not take the gateway out. */
export function watchReadiness(upstreams: readonly Probed[]): Readiness {
  const waiting = new Set(upstreams.map(({ name }) => name));
  const stopped = new AbortController();

  const watch = async ({ name, isReady }: Probed): Promise<void> => {
    for (let asked = 0; !stopped.signal.aborted; asked += 1) {
      if (await isReady()) {
        waiting.delete(name);
        return;
      }
      // Ends early, with a rejection, only when stopped; the loop's condition sees that.
      await sleep(pause(asked), undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  for (const upstream of upstreams) void watch(upstream);

  return {
    get waitingFor() {
      return [...waiting];
    },
    stop: () => stopped.abort(),
  };
}
