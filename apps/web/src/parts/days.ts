/** Days of the reader's calendar as the instants the API filters by: `from` included, `to` excluded. */

/** The first instant of `2026-11-20` here; undefined for what is no day. */
export function startOf(day: string): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (date === undefined) return undefined;
  return instant(Number(year), Number(month) - 1, Number(date));
}

/** The first instant after it. */
export function endOfDay(day: string): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (date === undefined) return undefined;
  return instant(Number(year), Number(month) - 1, Number(date) + 1);
}

const instant = (year: number, month: number, date: number): string | undefined => {
  const at = new Date(year, month, date);
  return at.getFullYear() >= 2000 && at.getFullYear() < 2100 ? at.toISOString() : undefined;
};
