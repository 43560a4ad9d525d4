/** A person's presence as a bar: where on it he was in the room, as parts of a hundred. Times are milliseconds. */
import type { AttendanceRecord } from '@rollcall/contracts/api/attendance';

export type Attendance = AttendanceRecord;

type Seen = Pick<Attendance, 'intervals' | 'inRoom' | 'firstSeenAt'>;

/** The time a bar spans. */
export interface Frame {
  readonly from: number;
  readonly to: number;
}

export interface Segment {
  readonly left: number;
  readonly width: number;
  /** `bounded`: his leaving was not seen, he was there at least so long; `open`: he is there now. */
  readonly end: 'exact' | 'bounded' | 'open';
}

/** The scheduled time, wider where somebody came before or stayed after it: all bars of a session are of one length. */
export function frameOf(
  { startsAt, durationMinutes }: { startsAt: string; durationMinutes: number },
  seen: readonly Seen[],
): Frame {
  const from = Date.parse(startsAt);
  const to = from + durationMinutes * 60_000;
  const times = seen.flatMap(({ intervals }) => intervals.flatMap((one) => [one.from, one.to]));
  const all = times.map((time) => Date.parse(time));
  return { from: Math.min(from, ...all), to: Math.max(to, ...all) };
}

/** Where a moment lies on the frame, 0 to 100. */
export const placeOf = (moment: number, { from, to }: Frame): number =>
  (100 * (Math.min(Math.max(moment, from), to) - from)) / (to - from);

export function segmentsOf({ intervals, inRoom, firstSeenAt }: Seen, frame: Frame, now: number): Segment[] {
  const between = (from: number, to: number, end: Segment['end']): Segment => {
    const left = placeOf(from, frame);
    return { left, width: placeOf(to, frame) - left, end };
  };
  const past = intervals.map((one) =>
    between(Date.parse(one.from), Date.parse(one.to), one.exact ? 'exact' : 'bounded'),
  );
  if (!inRoom) return past;
  const last = intervals.at(-1);
  // Of who came back and has not been heard of since, nothing says when: a mark at this moment bridges no gap.
  const since = last === undefined ? firstSeenAt : last.exact ? null : last.from;
  const from = since === null ? now : Date.parse(since);
  const closed = last === undefined || last.exact ? past : past.slice(0, -1);
  return [...closed, between(from, Math.max(from, now), 'open')];
}
