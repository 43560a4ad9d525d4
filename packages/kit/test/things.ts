import { event } from '@rollcall/contracts/event';
import { z } from 'zod';

/** Two event types for the tests of delivery: nothing of Rollcall, so that the kit stays without a word of it. */
export const thingDone = event(
  'alpha.thing-done',
  1,
  'thingId',
  'A thing was done.',
  z.object({ thingId: z.uuid(), n: z.int() }),
);
export const otherDone = event(
  'alpha.other-done',
  1,
  'thingId',
  'Another thing was done.',
  z.object({ thingId: z.uuid() }),
);

export const bindings = { beta: [thingDone.type, otherDone.type] };

/** Waits for what must happen within `seconds`, looking every 25 ms. */
export async function until(
  what: string,
  check: () => Promise<boolean> | boolean,
  seconds = 15,
): Promise<void> {
  for (let turn = 0; turn < seconds * 40; turn += 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
