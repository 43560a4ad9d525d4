import { z } from 'zod';

/** RFC 9457 as Rollcall answers it. */
export const Problem = z
  .object({
    /** A stable reference such as `/problems/insufficient-credit`. */
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** What is wrong and what to do next, for the person in front of it. */
    detail: z.string(),
    /** The request id. */
    instance: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
