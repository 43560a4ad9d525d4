/** What a scenario says must come out, beside what came out. Pure. */
import type { Hold } from '@rollcall/contracts/api/settlement';
import type { Attendance } from './api.js';
import { nameOf } from './people.js';
import { type Expected, parseSpans } from './scenario.js';

/** One student's attendance and money, as expected and as found. */
export interface Outcome {
  readonly seconds: number;
  readonly maxSeconds: number;
  readonly status: string;
  readonly hold: string;
  readonly version: number;
}

export interface Comparison {
  readonly userId: string;
  readonly expected: Outcome;
  readonly actual: Outcome;
}

export function outcomeExpected(
  { counts, atMost = counts, status, hold }: Expected,
  scheduledSeconds: number,
  version: number,
): Outcome {
  const secondsOf = (spans: string) => {
    const ms = parseSpans(spans, scheduledSeconds).reduce((sum, { from, to }) => sum + to - from, 0);
    return Math.min(Math.floor(ms / 1_000), scheduledSeconds);
  };
  return { seconds: secondsOf(counts), maxSeconds: secondsOf(atMost), status, hold, version };
}

/** Whom nobody saw has no record: 0 seconds, which proves an absence only where somebody could have seen it. */
export function outcomeOf(
  userId: string,
  attendance: Attendance | undefined,
  holds: readonly Hold[],
): Outcome {
  const record = attendance?.data.find((one) => one.userId === userId);
  return {
    seconds: record?.seconds ?? 0,
    maxSeconds: record?.maxSeconds ?? 0,
    status: record?.status ?? (attendance?.observed ? 'absent' : 'review'),
    hold: holds.find(({ studentId }) => studentId === userId)?.status ?? 'none',
    version: attendance?.version ?? 0,
  };
}

export const isAsExpected = ({ expected, actual }: Comparison): boolean =>
  (Object.keys(expected) as (keyof Outcome)[]).every((key) => expected[key] === actual[key]);

export function comparisonLine(comparison: Comparison): string {
  const { userId, expected, actual } = comparison;
  return isAsExpected(comparison)
    ? `${nameOf(userId)}  as expected: ${words(actual)}`
    : `${nameOf(userId)}  expected ${words(expected)}; came out as ${words(actual)}`;
}

const words = ({ seconds, maxSeconds, status, hold, version }: Outcome): string =>
  `${seconds}${maxSeconds === seconds ? '' : ` to ${maxSeconds}`} s, ${status}, hold ${hold}, version ${version}`;
