/** What the reader may still do about the outcome of a hold of his; settlement has the last word. */
import type { Hold } from '@rollcall/contracts/api/settlement';

type Asked = Pick<Hold, 'status' | 'decidedAt' | 'decision' | 'dispute'>;

const HOUR = 3_600_000;
const GIVEN_BACK = ['session-cancelled', 'cancelled'];

/**
 * Until when the outcome may be disputed, in milliseconds: without an end while a person is looking at it; undefined where
 * there is none yet, the class was cancelled, or an admin has resolved a dispute by what stands.
 */
export function disputableUntil({ status, decidedAt, decision, dispute }: Asked, windowHours: number) {
  if (dispute?.status === 'open') return undefined;
  if (status === 'review') return Number.POSITIVE_INFINITY;
  if (decidedAt === null || GIVEN_BACK.includes(decision?.reason ?? '')) return undefined;
  const decided = Date.parse(decidedAt);
  const resolved = dispute?.resolvedAt == null ? undefined : Date.parse(dispute.resolvedAt);
  return resolved !== undefined && decided <= resolved ? undefined : decided + windowHours * HOUR;
}
