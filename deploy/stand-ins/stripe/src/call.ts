/** One call of the API: its address, its parameters, and what it does. Handlers never wait, so calls never interleave. */
import type { z } from 'zod';
import { check } from './forms.js';
import type { World } from './world.js';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `:id` stands for the one id in it. */
  readonly path: string;
  /** Checks the form; what it throws is no result that an idempotency key keeps. */
  read(form: unknown): (world: World, id: string) => object;
}

export const call = <S extends z.ZodType>(
  method: Call['method'],
  path: string,
  schema: S,
  run: (world: World, given: z.output<S>, id: string) => object,
): Call => ({
  method,
  path,
  read: (form) => {
    const given = check(schema, form);
    return (world, id) => run(world, given, id);
  },
});
