import type { Session } from '@rollcall/contracts/api/enrollment';

/** Minutes around a session in which its room may be entered, and what happens there counts. Source: docs/attendance.md. */
const BEFORE = 15;
const AFTER = 60;

/** May somebody be in the room at this moment? `now` in milliseconds. */
export function isRoomOpen({ startsAt, durationMinutes, status }: Session, now: number): boolean {
  if (status === 'completed' || status === 'cancelled') return false;
  const start = Date.parse(startsAt);
  return now >= start - BEFORE * 60_000 && now < start + (durationMinutes + AFTER) * 60_000;
}
