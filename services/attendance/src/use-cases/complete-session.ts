import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type Rules, windowOf } from '../domain/session.js';
import { examineSession } from '../store/examine-session.js';
import { askToLook, lockSession } from '../store/sessions.js';
import { ONCE_MORE } from './check-session.js';
import { recordResult } from './record-result.js';
import { type ByHand, sayAudited } from './say-audited.js';
import { sayStarted } from './say-started.js';

/**
 * Completes a session whose end the video server never told, by what is known now. Throws 404 for one not heard of, 412, 409
 * where there is nothing to complete: it is cancelled, complete already, or has not begun.
 */
export async function completeSession(
  work: Work,
  rules: Rules,
  { sessionId, actorId, reason, ifMatch }: ByHand,
): Promise<{ sessionId: string }> {
  const session = await lockSession(work.tx, sessionId);
  if (session === undefined) throw notFound('session');
  checkMatch(ifMatch, etag(session.latestVersion));
  if (session.cancelled) throw conflict('session-cancelled', 'A cancelled session is never completed.');
  if (session.latestVersion > 0) {
    throw conflict('session-completed', 'It is complete. Set what is wrong in it right by a correction.');
  }
  const examined = await examineSession(work.tx, session, rules);
  // Before its time, and with nothing heard of it, the result could only say that nobody was there.
  if (work.now.getTime() < windowOf(session, rules).from && !examined.evidence.heard) {
    throw conflict('session-not-begun', 'Nothing was heard of this session yet. Cancel or move it instead.');
  }
  await sayStarted(work, session, examined);
  await recordResult(work, session, { examined, cause: 'admin' });
  await askToLook(work.tx, sessionId, new Date(work.now.getTime() + ONCE_MORE));
  const entry = { actor: actorId, action: 'attendance.complete', target: sessionId, reason } as const;
  sayAudited(work, newId(), entry);
  return { sessionId };
}
