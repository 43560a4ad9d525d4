import type { CallInput } from '@rollcall/contracts/client';
import type { Filters } from '../parts/filter-state.js';

/** What a route is asked with. */
export type Asking<R> = CallInput<R> extends { readonly query?: infer Query } ? NonNullable<Query> : never;

/** Whether any of these filters is set. */
export const isFiltered = (filters: Filters): boolean =>
  Object.values(filters).some((value) => value.length > 0);

/** A day of the reader's, `2026-11-27`, as the instant it begins; the day after as its end. */
export function dayStart(day: string, plus = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const at = new Date(year, month - 1, date + plus);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/**
 * The filters of an address as a query: empty ones left out, the days `from` and `to` as instants with `to` included. What
 * was typed into the address by hand the API checks, and its words are shown.
 */
export function queryOf<R>(filters: Filters): Asking<R> {
  const { from = '', to = '', ...others } = filters;
  const given = Object.entries(others).filter(([, value]) => value.length > 0);
  return {
    ...Object.fromEntries(given),
    ...(from !== '' && { from: dayStart(String(from)) }),
    ...(to !== '' && { to: dayStart(String(to), 1) }),
  } as Asking<R>;
}
