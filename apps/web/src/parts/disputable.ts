/** What the reader may still do about the outcome of a hold of his; settlement has the last word. */
import type { Session } from '@rollcall/contracts/api/enrollment';
import type { Hold } from '@rollcall/contracts/api/settlement';

type Asked = Pick<Hold, 'status' | 'decidedAt' | 'decision' | 'dispute'>;

interface When {
  readonly session: Pick<Session, 'status' | 'startsAt'>;
  readonly windowHours: number;
  readonly now: number;
}

const HOUR = 3_600_000;
const GIVEN_BACK = ['session-cancelled', 'cancelled'];

/**
 * Until when the outcome may be disputed, in milliseconds: without an end while a person is looking at it; undefined where
 * there is none yet, the class has not begun, its price went back with it, or an admin has resolved a dispute by what stands.
 */
export function disputableUntil(
  { status, decidedAt, decision, dispute }: Asked,
  { session, windowHours, now }: When,
) {
  if (dispute?.status === 'open') return undefined;
  if (status === 'review') return Number.POSITIVE_INFINITY;
  if (decidedAt === null || GIVEN_BACK.includes(decision?.reason ?? '')) return undefined;
  // Attendance is heard of before the session is: what was decided by it began.
  const isBefore = session.status === 'scheduled' && Date.parse(session.startsAt) > now;
  if (isBefore && !decision?.attendance) return undefined;
  const decided = Date.parse(decidedAt);
  const resolved = dispute?.resolvedAt == null ? undefined : Date.parse(dispute.resolvedAt);
  return resolved !== undefined && decided <= resolved ? undefined : decided + windowHours * HOUR;
}
