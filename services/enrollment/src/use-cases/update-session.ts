import type { updateSession as updateSessionRoute } from '@rollcall/contracts/api/enrollment';
import type { BodyOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { roomName } from '../domain/course.js';
import { changesOf, checkChanges, checkNumber, type Terms } from '../domain/editing.js';
import {
  hasLiveSeat,
  lockOwnSession,
  numbersOf,
  type SessionChanges,
  saveSession,
} from '../store/editing.js';
import { editedOf, type OwnSession } from './own.js';
import { sayRescheduled } from './say-sessions.js';

/**
 * Changes a session and tells whoever knows of it. Throws 404, 412; 409 once it has started or was cancelled, for what a
 * sale has frozen, and for a number that is taken; 422.
 */
export async function updateSession(
  work: Work,
  { teacherId, sessionId, ifMatch }: OwnSession,
  wish: BodyOf<typeof updateSessionRoute>,
): Promise<{ id: string }> {
  const own = await lockOwnSession(work.tx, sessionId, teacherId);
  if (own === undefined) throw notFound('session');
  checkMatch(ifMatch, etag(own.session.version));
  const startsAt = wish.startsAt === undefined ? undefined : new Date(wish.startsAt);
  const session = editedOf(own);
  const changes = changesOf(session, { ...wish, startsAt });
  if (Object.keys(changes).length === 0) return { id: sessionId };
  checkChanges(session, changes, { hasSeat: await hasLiveSeat(work.tx, sessionId), now: work.now });
  if (changes.number !== undefined) checkNumber(changes.number, await numbersOf(work.tx, own.course.id));
  const saved = await saveSession(work.tx, sessionId, columnsOf(changes, own.course.id));
  if (session.announced) sayRescheduled(work, teacherId, saved);
  return { id: sessionId };
}

/** The currency is the course's and never a session's to change. */
function columnsOf({ number, title, startsAt, durationMinutes, price }: Partial<Terms>, courseId: string) {
  const columns: SessionChanges = {
    ...(number !== undefined && { number, room_name: roomName(courseId, number) }),
    ...(title !== undefined && { title }),
    ...(startsAt !== undefined && { starts_at: startsAt }),
    ...(durationMinutes !== undefined && { duration_minutes: durationMinutes }),
    ...(price !== undefined && { price: price.amount }),
  };
  return columns;
}
