/** How people read an attendance. The judgement itself is settlement's, by the hold's terms. */
import type { Presence } from './bounds.js';

export type Label = 'present' | 'late' | 'absent' | 'review';
export type Confidence = 'exact' | 'bounded' | 'unobserved' | 'corrected';

/** Basis points of the scheduled length from which somebody was present. */
const PRESENT = 2_000;
/** First seen this long after the start: late. Ten minutes. */
const LATE = 10 * 60_000;

/** Basis points of the scheduled length, rounded down: 719 of 3,600 seconds is 1,997 and not 20 %. */
export const basisPointsOf = (seconds: number, scheduledSeconds: number): number =>
  Math.min(10_000, Math.floor((10_000 * seconds) / scheduledSeconds));

export interface Scale {
  readonly startsAt: number;
  readonly scheduledSeconds: number;
  readonly observed: boolean;
}

export function labelOf(
  presence: Pick<Presence, 'seconds' | 'maxSeconds' | 'firstSeenAt' | 'corrected'>,
  { startsAt, scheduledSeconds, observed }: Scale,
): Label {
  const reached = (seconds: number) => seconds * 10_000 >= PRESENT * scheduledSeconds;
  const known = observed || presence.corrected;
  if (!known || reached(presence.seconds) !== reached(presence.maxSeconds)) return 'review';
  if (!reached(presence.seconds)) return 'absent';
  return (presence.firstSeenAt ?? startsAt) > startsAt + LATE ? 'late' : 'present';
}

/** Are the figures set by hand, or measured, or bounds around an end nobody saw, or of a class we could not see at all? */
export function confidenceOf(
  { seconds, maxSeconds, corrected }: Pick<Presence, 'seconds' | 'maxSeconds' | 'corrected'>,
  observed: boolean,
): Confidence {
  if (corrected) return 'corrected';
  if (!observed) return 'unobserved';
  return seconds === maxSeconds ? 'exact' : 'bounded';
}
