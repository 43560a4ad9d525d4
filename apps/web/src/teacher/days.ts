/** Calendar days of the reader, `2026-11-20`, and the instants at which they begin. */

const two = (value: number) => String(value).padStart(2, '0');

export const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** Midnight of the reader, as the API takes an instant; undefined for what is no day. `more`: so many days later. */
export function startOf(day: string, more = 0): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + more);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** A filter's two days as `from`, included, and `to`, excluded: the last day counts whole. */
export function periodOf(filters: { readonly from: string; readonly to: string }) {
  const [from, to] = [startOf(filters.from), startOf(filters.to, 1)];
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
