import { z } from 'zod';
import { InstantInput } from '../shapes.js';

/** `?limit=` and `?cursor=`, the same for every list. A cursor is opaque to callers. */
export const page = {
  limit: z.coerce.number().int('must be a whole number').min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
};

/** A set in the query: `?status=held&status=review`, or a single one. */
export const setOf = <Item extends z.ZodType>(item: Item) =>
  z.union([z.array(item).max(20), item.transform((one) => [one])]).optional();

/** `?from=` (included) and `?to=` (excluded): RFC 3339 with any offset, as everywhere an instant comes in. */
export const period = { from: InstantInput.optional(), to: InstantInput.optional() };

/** `?format=csv`, where `Accept: text/csv` is hard to send. */
export const format = { format: z.enum(['json', 'csv']).optional() };

/** What every list answers. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });
