export interface Period {
  readonly from: string;
  readonly to: string;
}

export interface Span {
  /** Percent of the whole. */
  readonly start: number;
  readonly length: number;
}

/** Intervals as parts of a period, what lies outside of it cut off; `seconds` is what is left of them together. */
export function spansOf(whole: Period, intervals: readonly Period[]): { spans: Span[]; seconds: number } {
  const [begin, end] = [Date.parse(whole.from), Date.parse(whole.to)];
  const length = end - begin;
  if (!(length > 0)) return { spans: [], seconds: 0 };
  const kept = intervals
    .map(({ from, to }) => ({ from: Math.max(begin, Date.parse(from)), to: Math.min(end, Date.parse(to)) }))
    .filter(({ from, to }) => to > from);
  return {
    spans: kept.map(({ from, to }) => ({
      start: ((from - begin) / length) * 100,
      length: ((to - from) / length) * 100,
    })),
    seconds: Math.round(kept.reduce((total, { from, to }) => total + to - from, 0) / 1000),
  };
}
