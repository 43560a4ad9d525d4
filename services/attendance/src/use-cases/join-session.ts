import type { joinSession as route } from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { conflict } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Config } from '../config.js';
import { roomNameOf } from '../domain/room-name.js';
import { type Rules, windowOf } from '../domain/session.js';
import { mintToken } from '../join-token.js';
import type { KeptSession } from '../store/sessions.js';
import { admit, onceHeardOf } from './admit.js';

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
