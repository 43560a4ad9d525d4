/** The months of a paid period, each with a quota of its own. Source: domain.md, 'Billing'. */

export interface Span {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** So many months later, in UTC, on the same day or else the month's last: January 31 is February 28, then March 31. */
export function monthsAfter(start: Date, months: number): Date {
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moved = new Date(start);
  moved.setUTCFullYear(year, month, Math.min(start.getUTCDate(), last));
  return moved;
}

/**
 * The month of a period that a moment lies in; undefined outside of it. What is left at the end and is no whole month
 * belongs to the last one, so that a period from February 28 to March 31 is one month, and a trial of ten days too.
 */
export function monthAt(period: Span, at: Date): Span | undefined {
  if (at < period.startsAt || at >= period.endsAt) return undefined;
  const count = Math.max(1, wholeMonths(period.startsAt, period.endsAt));
  const nth = Math.min(wholeMonths(period.startsAt, at), count - 1);
  return {
    startsAt: monthsAfter(period.startsAt, nth),
    endsAt: nth === count - 1 ? period.endsAt : monthsAfter(period.startsAt, nth + 1),
  };
}

/** How many whole months lie between. */
function wholeMonths(from: Date, to: Date): number {
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return monthsAfter(from, months) <= to ? months : months - 1;
}
