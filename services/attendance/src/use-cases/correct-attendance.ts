import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { checkIntervals } from '../domain/correction.js';
import type { Window } from '../domain/intervals.js';
import { type Rules, windowOf } from '../domain/session.js';
import { insertCorrection } from '../store/corrections.js';
import { examineSession } from '../store/examine-session.js';
import { askToLook, type KeptSession, lockSession } from '../store/sessions.js';
import { recordResult } from './record-result.js';
import { type ByHand, sayAudited } from './say-audited.js';

export interface ByHandOfOne extends ByHand {
  readonly userId: string;
  /** When he was in, in milliseconds; none: never. */
  readonly intervals: readonly Window[];
}

/**
 * Keeps an admin's word on when one person was in. A completed session gets its next version at once; one still going
 * on counts it when it ends. Throws 404 for a session not heard of, 412, 409 for a cancelled one, 422 for intervals that
 * cannot be meant.
 */
export async function correctAttendance(
  work: Work,
  rules: Rules,
  given: ByHandOfOne,
): Promise<{ sessionId: string; userId: string }> {
  const { sessionId, userId, actorId, intervals, reason } = given;
  const session = await lockSession(work.tx, sessionId);
  if (session === undefined) throw notFound('session');
  checkMatch(given.ifMatch, etag(session.latestVersion));
  if (session.cancelled) throw conflict('session-cancelled', 'A cancelled session has no attendance.');
  checkIntervals(intervals, windowOf(session, rules));

  const id = newId();
  await insertCorrection(work.tx, { id, sessionId, userId, actorId, intervals, reason }, work.now);
  await count(work, session, rules);
  const target = `${sessionId}:${userId}`;
  sayAudited(work, id, { actor: actorId, action: 'attendance.correct', target, reason });
  return { sessionId, userId };
}

async function count(work: Work, session: KeptSession, rules: Rules): Promise<void> {
  if (session.latestVersion === 0 || session.moved) return askToLook(work.tx, session.id, work.now);
  const examined = await examineSession(work.tx, session, rules);
  await recordResult(work, session, { examined, cause: 'correction' });
}
