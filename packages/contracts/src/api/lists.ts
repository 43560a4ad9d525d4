import { z } from 'zod';
import { Instant } from '../shapes.js';

/** `?limit=` and `?cursor=`, the same for every list. A cursor is opaque to callers. */
export const page = {
  limit: z.coerce.number().int('must be a whole number').min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
};

/** A set in the query: `?status=held&status=review`, or a single one. */
export const setOf = <Item extends z.ZodType>(item: Item) =>
  z.union([z.array(item).max(20), item.transform((one) => [one])]).optional();

export const period = { from: Instant.optional(), to: Instant.optional() };

/** What every list answers. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });
