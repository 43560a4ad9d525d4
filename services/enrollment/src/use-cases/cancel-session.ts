import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { checkCancel } from '../domain/editing.js';
import { lockOwnSession, saveSession } from '../store/editing.js';
import { editedOf, type OwnSession } from './own.js';
import { sayCancelled } from './say-sessions.js';

/**
 * Ends the sale of a session that will not take place. Settlement gives back every hold of it, also those that are only
 * placed later; their refunds free the seats here. Cancelled again it is cancelled still. Throws 404, 412, 409 once it
 * has started.
 */
export async function cancelSession(
  work: Work,
  { teacherId, sessionId, ifMatch, reason }: OwnSession & { readonly reason: string | undefined },
): Promise<{ id: string }> {
  const own = await lockOwnSession(work.tx, sessionId, teacherId);
  if (own === undefined) throw notFound('session');
  if (own.session.status === 'cancelled') return { id: sessionId };
  checkMatch(ifMatch, etag(own.session.version));
  const session = editedOf(own);
  checkCancel(session, work.now);
  const saved = await saveSession(work.tx, sessionId, {
    status: 'cancelled',
    cancelled_at: work.now,
    cancel_reason: reason ?? null,
  });
  if (session.announced) sayCancelled(work, teacherId, saved);
  return { id: sessionId };
}
