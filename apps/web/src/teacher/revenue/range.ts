import { dayOf, periodOf } from '../days.js';

export const BY = ['day', 'week', 'month', 'course'] as const;
export type By = (typeof BY)[number];

/** Days shown unless somebody chooses: what fits a chart. The API shows three years at most. */
const USUAL: Readonly<Record<By, number>> = { day: 30, week: 182, month: 365, course: 90 };
const LONGEST = 1_096;

export interface Range {
  /** Days of the reader, both included. */
  readonly from: string;
  readonly to: string;
}

/** The days that are shown: as chosen, else the usual ones up to today. */
export function rangeOf(by: By, chosen: Range, today: Date): Range {
  const to = chosen.to || dayOf(today);
  const start = new Date(`${to}T00:00`);
  start.setDate(start.getDate() - USUAL[by] + 1);
  return { from: chosen.from || dayOf(start), to };
}

/** As the API takes it; undefined for what it would refuse. */
export function askedOf(range: Range): { from: string; to: string } | undefined {
  const { from, to } = periodOf(range);
  if (from === undefined || to === undefined || from >= to) return undefined;
  return Date.parse(to) - Date.parse(from) > LONGEST * 86_400_000 ? undefined : { from, to };
}
