/** Stretches of time in milliseconds, [from, to). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** false: somebody's leaving was not seen, so the stretch is a bound and not a measurement. */
  readonly exact: boolean;
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The part inside the window; undefined when nothing is left. */
export function cut(stretch: Stretch, window: Window): Stretch | undefined {
  const from = Math.max(stretch.from, window.from);
  const to = Math.min(stretch.to, window.to);
  return from < to ? { from, to, exact: stretch.exact } : undefined;
}

/** Sorted, with what touches or overlaps merged. No gap is bridged, however short. */
export function union(stretches: readonly Stretch[]): Stretch[] {
  const sorted = [...stretches].sort((a, b) => a.from - b.from || a.to - b.to);
  const merged: { from: number; to: number; exact: boolean }[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last === undefined || next.from > last.to) merged.push({ ...next });
    else {
      last.to = Math.max(last.to, next.to);
      last.exact &&= next.exact;
    }
  }
  return merged;
}

export const lengthOf = (merged: readonly Stretch[]): number =>
  merged.reduce((sum, { from, to }) => sum + (to - from), 0);

/**
 * How much of `merged` lies before a moment, as a function of the moment. Sums are made once and each question is a
 * binary search, so that ten thousand people's overlap with a teacher of many connections stays linear.
 */
export function measure(merged: readonly Stretch[]): (moment: number) => number {
  const before = [0];
  for (const { from, to } of merged) before.push(before.at(-1)! + (to - from));
  return (moment) => {
    const started = firstIndex(merged.length, (index) => merged[index]!.from >= moment);
    if (started === 0) return 0;
    const last = merged[started - 1]!;
    return before[started - 1]! + Math.min(moment, last.to) - last.from;
  };
}

/** What both have in common, sorted. Both are merged. */
export function intersection(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  const common: Stretch[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i]!, b[j]!];
    const both = cut(left, right);
    if (both !== undefined) common.push({ ...both, exact: left.exact && right.exact });
    if (left.to < right.to) i += 1;
    else j += 1;
  }
  return common;
}

/** The first index below `length` for which `holds` (false … false, true … true), else `length`. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
