/** Intervals as they are typed in, in the reader's zone, and what they come to. */

export interface Typed {
  /** As `<input type="datetime-local">` has it: `2026-11-27T10:00:30`. */
  readonly from: string;
  readonly to: string;
}

/** An instant as such an input wants it, to the second. */
export function typedOf(at: string | Date): string {
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** undefined for what is no moment. */
export function instantOf(typed: string): string | undefined {
  const date = new Date(typed);
  return typed === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Seconds in class of intervals that may overlap, cut to the class as scheduled: the preview, the API has the last word. */
export function secondsOf(typed: readonly Typed[], startsAt: string | undefined, scheduled: number): number {
  const begin = startsAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(startsAt);
  const end = startsAt === undefined ? Number.POSITIVE_INFINITY : begin + scheduled * 1000;
  const spans = typed
    .map(({ from, to }) => [Math.max(begin, Date.parse(from)), Math.min(end, Date.parse(to))] as const)
    .filter(([from, to]) => to > from)
    .sort(([a], [b]) => a - b);
  let [total, reached] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return Math.floor(total / 1000);
}
