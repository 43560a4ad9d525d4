/** Development's class without a video server: its webhooks, signed as the server's are and taken in by the same door. */
import { createHash } from 'node:crypto';
import type { playClass as route, Turnout } from '@rollcall/contracts/api/attendance';
import { type Attendee, type Lesson, type NewSid, webhooksOf } from '@rollcall/contracts/class-webhooks';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { conflict } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { AccessToken } from 'livekit-server-sdk';
import type { KeyPair } from '../config.js';
import { roomNameOf } from '../domain/room-name.js';
import { scheduledMs } from '../domain/session.js';
import { hashOf } from '../signature.js';
import { buyersOf } from '../store/access.js';
import type { KeptSession } from '../store/sessions.js';
import { admitOrAdmin, onceHeardOf } from './admit.js';
import { type Door, receiveWebhook } from './receive-webhook.js';

type Played = AnswerOf<typeof route>;

/**
 * Has the class happen at its scheduled time, be that to come or over. Throws 404 to a stranger, 409 where a class is over or
 * cancelled already. Each webhook is committed as it comes in; the same turnout asked for again is the same webhooks.
 */
export const playClass =
  (door: Door, pair: KeyPair) =>
  async (db: Database, { params, body, user, cause, signal }: InputOf<typeof route>): Promise<Played> => {
    const { session, role } = await onceHeardOf(() => admitOrAdmin(db, params.sessionId, user), signal);
    if (session.cancelled)
      throw conflict('session-cancelled', 'This session was cancelled. Nobody comes to it.');
    if (session.latestVersion > 0)
      throw conflict('session-completed', 'This class is over. Play one that is still to come.');
    const students = role === 'student' ? [user.id] : await buyersOf(db, session.id);
    const people = castOf(session, students, body.turnout);
    const lesson: Lesson = {
      roomName: roomNameOf(session.courseId, session.number),
      startsAt: new Date(session.startsAt),
      durationMinutes: scheduledMs(session) / 60_000,
    };
    const newSid = sidsOf([session.id, session.startsAt, body.turnout, students]);
    const webhooks = webhooksOf(lesson, people, undefined, newSid).map((one) => Buffer.from(one.body));
    for (const bytes of webhooks) {
      const headers = { authorization: await signatureOf(pair, bytes) };
      await receiveWebhook(door, { body: bytes, headers, cause });
    }
    return { people: people.length, webhooks: webhooks.length };
  };

/** Milliseconds: `one-minute` is below the threshold of any usual policy, so that the money goes back. */
const MINUTE = 60_000;

function castOf(session: KeptSession, students: readonly string[], turnout: Turnout): Attendee[] {
  const whole = scheduledMs(session);
  const stays = { whole, half: whole / 2, 'one-minute': MINUTE, 'no-teacher': whole }[turnout];
  const teacher = personOf(session.teacherId, 'teacher', whole);
  const others = students.map((id) => personOf(id, 'student', stays));
  return turnout === 'no-teacher' ? others : [teacher, ...others];
}

const personOf = (userId: string, role: Attendee['role'], to: number): Attendee => ({
  ...{ userId, name: userId, role },
  connections: [{ from: 0, to, join: 'told', leave: 'told', end: 'left' }],
});

/** Of what is played, and not of chance: a button pressed twice is a webhook delivered twice, which counts once. */
function sidsOf(what: readonly unknown[]): NewSid {
  const seed = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16);
  let last = 0;
  return (prefix) => `${prefix}_${seed}${++last}`;
}

/** Five minutes long, as the video server's. */
function signatureOf({ key, secret }: KeyPair, body: Buffer): Promise<string> {
  const token = new AccessToken(key, secret, { ttl: 300 });
  token.sha256 = hashOf(body).toString('base64');
  return token.toJwt();
}
