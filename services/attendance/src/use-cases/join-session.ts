import { setTimeout as sleep } from 'node:timers/promises';
import type { joinSession as route } from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { conflict, notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Config } from '../config.js';
import { roomNameOf } from '../domain/room-name.js';
import { type Rules, windowOf } from '../domain/session.js';
import { type Entry, mintToken } from '../join-token.js';
import { mayEnter } from '../store/access.js';
import { type KeptSession, readSession } from '../store/sessions.js';

/**
 * Milliseconds between looks, 3 s in all. enrollment's events normally arrive in tens of them, so the first pauses are
 * short; a stranger costs seven looks of two queries.
 */
const PAUSES = [50, 100, 200, 400, 800, 1_450];

interface Admitted {
  readonly session: KeptSession;
  readonly role: Entry['role'];
}

/** Lets the session's teacher and whoever has bought it into its room, from the window's beginning to its end. */
export const joinSession =
  (config: Config, rules: Rules, clock: () => Date) =>
  async (db: Database, { params, user, signal }: InputOf<typeof route>): Promise<AnswerOf<typeof route>> => {
    const { session, role } = await onceHeardOf(() => admit(db, params.sessionId, user.id), signal);
    const ttl = secondsLeft(session, rules, clock());
    const roomName = roomNameOf(session.courseId, session.number);
    const pair = { key: config.LIVEKIT_API_KEY, secret: config.LIVEKIT_API_SECRET };
    const token = await mintToken(pair, { userId: user.id, role, roomName, ttl });
    return { url: config.LIVEKIT_URL, token, roomName };
  };

async function admit(db: Database, sessionId: string, userId: string): Promise<Admitted | undefined> {
  const session = await readSession(db, sessionId);
  if (session === undefined) return undefined;
  if (session.teacherId === userId) return { session, role: 'teacher' };
  return (await mayEnter(db, session, userId)) ? { session, role: 'student' } : undefined;
}

/**
 * Somebody may come the moment he has bought, before attendance has heard of it: he is a stranger only when he still is one
 * after 3 s. No transaction is open during the wait, and a caller who has gone ends it.
 */
async function onceHeardOf(
  look: () => Promise<Admitted | undefined>,
  signal: AbortSignal,
): Promise<Admitted> {
  let admitted = await look();
  for (const pause of PAUSES) {
    if (admitted !== undefined || signal.aborted) break;
    await sleep(pause);
    admitted = await look();
  }
  if (admitted === undefined) throw notFound('session');
  return admitted;
}

/** To the end of the window. Throws 409 where the room is not open now, and says when it is. */
function secondsLeft(session: KeptSession, rules: Rules, now: Date): number {
  if (session.cancelled)
    throw conflict('session-cancelled', 'This session was cancelled. Its price was given back.');
  const { from, to } = windowOf(session, rules);
  const [opensAt, closesAt] = [new Date(from).toISOString(), new Date(to).toISOString()];
  if (now.getTime() < from) {
    const retryAfter = Math.ceil((from - now.getTime()) / 1000);
    throw conflict('room-not-open', `The room opens at ${opensAt}. Come back then.`, {
      retryAfter,
      members: { opensAt, closesAt },
    });
  }
  const left = Math.floor((to - now.getTime()) / 1000);
  if (left < 1) {
    throw conflict('session-over', `The session is over; its room closed at ${closesAt}.`, {
      members: { opensAt, closesAt },
    });
  }
  return left;
}
