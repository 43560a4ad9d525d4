/** Pages of lists, newest first: https://docs.stripe.com/api/pagination. */
import type Stripe from 'stripe';
import { invalid } from './errors.js';
import type { When } from './forms.js';
import type { Shelf, World } from './world.js';

interface Paging {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

/** @throws Refusal for a cursor that is not in the list, or two of them. */
export function page<T extends { id: string }>(
  newestFirst: readonly T[],
  url: string,
  { limit = 10, starting_after: after, ending_before: before }: Paging,
): Stripe.ApiList<T> {
  if (after !== undefined && before !== undefined)
    throw invalid('A page starts after one object or ends before one, not both', { param: 'ending_before' });
  if (before !== undefined) {
    const end = positionOf(newestFirst, before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = after === undefined ? 0 : positionOf(newestFirst, after, 'starting_after') + 1;
  const data = newestFirst.slice(start, start + limit);
  return { object: 'list', data, has_more: start + limit < newestFirst.length, url };
}

function positionOf(list: readonly { id: string }[], id: string, param: string): number {
  const at = list.findIndex((thing) => thing.id === id);
  if (at < 0) throw invalid(`No such object: '${id}'`, { code: 'resource_missing', param });
  return at;
}

export const whole = <T>(data: T[], url: string): Stripe.ApiList<T> => ({
  object: 'list',
  data,
  has_more: false,
  url,
});

/** Newest first, without what was hidden on purpose. */
export const all = <T extends { id: string }>(world: World, { things }: Shelf<T>): T[] =>
  [...things.values()].filter(({ id }) => !world.hidden.has(id)).reverse();

export function within(moment: number, when: When | undefined): boolean {
  if (when === undefined) return true;
  if (typeof when === 'number') return moment === when;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = when;
  return moment > gt && moment >= gte && moment < lt && moment <= lte;
}

/** A filter that was not given lets everything through. */
export const matches = (given: unknown, actual: unknown): boolean => given === undefined || given === actual;
