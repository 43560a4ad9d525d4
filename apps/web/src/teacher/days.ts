/** Days and moments of the reader's clock, as fields of forms have them. */
import { endOfDay, startOf } from '../parts/days.js';

const two = (value: number) => String(value).padStart(2, '0');

export const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** A filter's two days as `from`, included, and `to`, excluded: the last day counts whole. */
export function periodOf(filters: { readonly from: string; readonly to: string }) {
  const [from, to] = [startOf(filters.from), endOfDay(filters.to)];
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** For a datetime-local field: the reader's own clock. */
export const localOf = (at: string): string => {
  const date = new Date(at);
  return `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
};

/** What stands in such a field, as an instant; undefined where nothing does. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
