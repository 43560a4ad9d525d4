/** One thing the stand-in does on demand: the wall of its input, and what it does. */
import type { z } from 'zod';
import type { Fault } from '../faults.js';
import type { Webhooks } from '../webhooks.js';
import { runAfterwards, type World } from '../world.js';

export interface Controlled {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly faults: Fault[];
}

export interface Control<I, O> {
  readonly schema: z.ZodType<unknown, I>;
  run(controlled: Controlled, input: unknown): O;
}

export const control = <S extends z.ZodType, O>(
  schema: S,
  run: (controlled: Controlled, given: z.output<S>) => O,
): Control<z.input<S>, O> => ({
  schema: schema as unknown as z.ZodType<unknown, z.input<S>>,
  run: (controlled, input) => {
    const output = run(controlled, schema.parse(input));
    runAfterwards(controlled.world);
    return output;
  },
});
