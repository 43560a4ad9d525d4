/** The wall: forms with Stripe's brackets, checked to the last parameter. Stripe refuses what it does not know, and so does this. */
import qs from 'qs';
import { z } from 'zod';
import { type ErrorBody, invalid, type Refusal } from './errors.js';

/** Every value of a form is text; the message of a check is Stripe's code for it. */
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'parameter_invalid_integer')
  .transform(Number);
export const bool = z.enum(['true', 'false']).transform((value) => value === 'true');
export const text = z.string().min(1, 'parameter_invalid_empty').max(5_000, 'parameter_invalid_string_blank');
/** Empty unsets. */
export const emptyable = z.string().max(5_000);
export const expand = { expand: z.array(text).max(20).optional() };
/** Empty unsets one; an empty one altogether unsets all. */
export const metadata = z.union([z.literal(''), z.record(z.string().min(1).max(40), z.string().max(500))]);
export const when = z.union([
  integer,
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);
export type When = z.output<typeof when>;
export const paging = {
  ...expand,
  limit: integer.pipe(z.number().min(1).max(100)).optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** Deep enough for everything billing sends; a form is at most 64 kB, see server.ts. */
export const parseForm = (form: string): unknown =>
  qs.parse(form, { depth: 8, parameterLimit: 500, arrayLimit: 100 });

/** @throws Refusal naming the first thing wrong. */
export function check<S extends z.ZodType>(schema: S, form: unknown): z.output<S> {
  const result = schema.safeParse(form);
  if (result.success) return result.data;
  throw refusalOf(firstOf(result.error.issues), form);
}

/** Of a choice, what is wrong with the one that came closest: it got furthest into the form. */
function firstOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const [first] = issues;
  if (first?.code !== 'invalid_union') return first as z.core.$ZodIssue;
  const inner = first.errors
    .flat()
    .map((issue) => ({ ...issue, path: [...first.path, ...issue.path] }))
    .sort((a, b) => b.path.length - a.path.length);
  return (inner[0] as z.core.$ZodIssue | undefined) ?? first;
}

function refusalOf(issue: z.core.$ZodIssue, form: unknown): Refusal {
  const param = bracketed(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const unknown = bracketed([...issue.path, issue.keys[0] ?? '']);
    return invalid(`Unknown parameter: ${unknown}`, { code: 'parameter_unknown', param: unknown });
  }
  if (valueAt(form, issue.path) === undefined)
    return invalid(`Missing parameter: ${param}`, { code: 'parameter_missing', param });
  const code: Partial<ErrorBody> = /^parameter_\w+$/.test(issue.message) ? { code: issue.message } : {};
  return invalid(`Invalid parameter: ${param}`, { ...code, param });
}

const bracketed = (path: readonly PropertyKey[]): string =>
  path.map((part, at) => (at === 0 ? String(part) : `[${String(part)}]`)).join('');

const valueAt = (form: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], form);

/** Stripe merges: what is not named stays, an empty value goes. */
export function mergeMetadata(
  before: Readonly<Record<string, string>>,
  change: z.output<typeof metadata> | undefined,
): Record<string, string> {
  if (change === undefined) return { ...before };
  if (change === '') return {};
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== ''));
}
