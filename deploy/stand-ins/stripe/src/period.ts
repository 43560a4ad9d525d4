/** Periods of subscriptions, counted from the day they began. */
import type Stripe from 'stripe';

const DAY = 86_400;

/** Which end follows a start. Counted from the anchor, so that a month begun on the 31st comes back to the 31st. */
export function periodEnd(
  anchor: number,
  start: number,
  { interval, interval_count: count }: Stripe.Price.Recurring,
): number {
  if (interval === 'day') return start + count * DAY;
  if (interval === 'week') return start + count * 7 * DAY;
  const [from, at] = [new Date(anchor * 1_000), new Date(start * 1_000)];
  const passed = (at.getUTCFullYear() - from.getUTCFullYear()) * 12 + at.getUTCMonth() - from.getUTCMonth();
  return addMonths(from, passed + count * (interval === 'year' ? 12 : 1));
}

/** The same day and time some months on; the last day of a shorter month. */
function addMonths(from: Date, months: number): number {
  const first = new Date(from);
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return Math.floor(first.getTime() / 1_000);
}
