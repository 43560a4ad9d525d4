/** Whom a session's room is for. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { User } from '@rollcall/kit/auth';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { mayEnter } from '../store/access.js';
import { type KeptSession, readSession } from '../store/sessions.js';

/**
 * Milliseconds between looks, 3 s in all. enrollment's events normally arrive in tens of them, so the first pauses are
 * short; a stranger costs seven looks of two queries.
 */
const PAUSES = [50, 100, 200, 400, 800, 1_450];

interface Admitted<Role> {
  readonly session: KeptSession;
  readonly role: Role;
}

/** The session's teacher, and whoever has bought it. */
export async function admit(
  db: Database,
  sessionId: string,
  userId: string,
): Promise<Admitted<'teacher' | 'student'> | undefined> {
  const session = await readSession(db, sessionId);
  if (session === undefined) return undefined;
  if (session.teacherId === userId) return { session, role: 'teacher' };
  return (await mayEnter(db, session, userId)) ? { session, role: 'student' } : undefined;
}

/** Those, and every admin: to look at the room, not to enter it. */
export async function admitOrAdmin(
  db: Database,
  sessionId: string,
  { id, roles }: Pick<User, 'id' | 'roles'>,
): Promise<Admitted<'teacher' | 'student' | 'admin'> | undefined> {
  if (!roles.includes('admin')) return admit(db, sessionId, id);
  const session = await readSession(db, sessionId);
  return session && { session, role: 'admin' };
}

/**
 * Somebody may come the moment he has bought, before attendance has heard of it: he is a stranger only when he still is one
 * after 3 s. No transaction is open during the wait, and a caller who has gone ends it.
 */
export async function onceHeardOf<Found>(
  look: () => Promise<Found | undefined>,
  signal: AbortSignal,
): Promise<Found> {
  let found = await look();
  for (const pause of PAUSES) {
    if (found !== undefined || signal.aborted) break;
    await sleep(pause);
    found = await look();
  }
  if (found === undefined) throw notFound('session');
  return found;
}
