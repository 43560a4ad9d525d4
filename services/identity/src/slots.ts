import { unavailable } from '@rollcall/kit/errors';

export type Slots = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** Runs at most `size` at once and lets at most `waiting` wait for a turn; whoever comes then is told to come back (503). */
export function slots(size: number, waiting: number): Slots {
  const queue: (() => void)[] = [];
  let busy = 0;

  async function enter(): Promise<void> {
    if (busy < size) {
      busy += 1;
      return;
    }
    if (queue.length >= waiting)
      throw unavailable('too-busy', 'Too many people sign in at this moment: try again in a second.', 1);
    await new Promise<void>((turn) => queue.push(turn));
  }

  /** The slot goes to whoever waited longest without being free in between. */
  function leave(): void {
    const next = queue.shift();
    if (next === undefined) busy -= 1;
    else next();
  }

  return async (run) => {
    await enter();
    try {
      return await run();
    } finally {
      leave();
    }
  };
}
