/** Webhooks as a LiveKit server sends them, and the service around them. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { DataOf, Envelope, EventType } from '@rollcall/contracts/event';
import { purchaseActivated, sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, quietLog, testApp } from '@rollcall/kit/testing';
import { AccessToken } from 'livekit-server-sdk';
import request from 'supertest';
import { type Config, rulesOf, settings } from '../src/config.js';
import { consumers } from '../src/consumers.js';
import { roomNameOf } from '../src/domain/room-name.js';
import { routes } from '../src/routes.js';
import { look } from '../src/watch.js';

export const migrations = new URL('../migrations/', import.meta.url);

export const sha256 = (body: string | Buffer): string => createHash('sha256').update(body).digest('base64');

/** The header LiveKit sends: a JWT without `Bearer`. */
export async function sign(body: string | Buffer, key = 'devkey', secret = 'secret'): Promise<string> {
  const token = new AccessToken(key, secret, { ttl: 300 });
  token.sha256 = sha256(body);
  return token.toJwt();
}

/** A token of any claims and header, good or bad. */
export function jwt(claims: object, { secret = 'secret', header = { alg: 'HS256' } as object } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part(header)}.${part(claims)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export async function post(
  app: RequestListener,
  body: string | Buffer,
  { path = '/webhooks/livekit', token = '' } = {},
) {
  return request(app)
    .post(path)
    .set('content-type', 'application/webhook+json')
    .set('authorization', token === '' ? await sign(body) : token)
    .send(body)
    .serialize((raw) => raw as string);
}

export interface Fixture {
  readonly n: number;
  readonly event: string;
  readonly note: string;
  readonly body: string;
}

export const fixtures: readonly Fixture[] = readFileSync(
  new URL('fixtures/livekit.jsonl', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Fixture);

export const configOf = (more: Record<string, string> = {}): Config =>
  settings.parse({
    PORT: 0,
    DATABASE_URL: 'unused',
    AMQP_URL: 'unused',
    AUTH_JWKS_URL: 'http://unused.test/',
    AUTH_ISSUER: 'unused',
    AUTH_AUDIENCE: 'unused',
    LIVEKIT_URL: 'ws://127.0.0.1:7880',
    LIVEKIT_API_KEY: 'devkey',
    LIVEKIT_API_SECRET: 'secret',
    ...more,
  });

/** The app with nobody watching: tests look when they say so. */
export const appOf = (
  db: Database,
  clock: () => Date = () => new Date(),
  more: Record<string, string> = {},
) => testApp(routes({ db, config: configOf(more), log: quietLog, clock }, { nudge: () => undefined }));

/** The app as it runs, looking by itself when webhooks came in. */
export const watchingApp = (db: Database, clock: () => Date, more: Record<string, string>) =>
  testApp(routes({ db, config: configOf(more), log: quietLog, clock }));

const rules = rulesOf(configOf());

/** One turn of the schedule at this moment. */
export const lookAt = (db: Database, now: number | Date): Promise<void> =>
  look({ db, rules, log: quietLog, clock: () => new Date(now) });

export type SessionData = DataOf<typeof sessionScheduled>;

export function sessionData(more: Partial<SessionData> = {}): SessionData {
  return {
    sessionId: newId(),
    courseId: newId(),
    number: 1,
    teacherId: newId(),
    title: 'Algebra',
    startsAt: '2026-11-21T10:00:00.000Z',
    durationMinutes: 60,
    price: { amount: 1000, currency: 'USD' },
    status: 'scheduled',
    version: 1,
    ...more,
  };
}

/** Long ago, so that whatever clock a test looks by, the session is due. */
export const know = (db: Database, ...events: Envelope[]) =>
  deliver(db, consumers(rules), events, { now: new Date(0) });

/** enrollment's word that a student has bought a session. */
export const activated = ({ sessionId, courseId, teacherId }: SessionData, studentId: string) =>
  envelope(purchaseActivated, {
    purchaseId: newId(),
    kind: 'session',
    studentId,
    teacherId,
    courseId,
    sessionIds: [sessionId],
    fundedBy: 'credits',
    total: { amount: 1000, currency: 'USD' },
    reason: null,
    refunded: { amount: 0, currency: 'USD' },
    version: 2,
  });

export async function scheduled(db: Database, more: Partial<SessionData> = {}): Promise<SessionData> {
  const session = sessionData(more);
  await know(db, envelope(sessionScheduled, session));
  return session;
}

/** What was said of a session by events of one type, oldest first. */
export const saidOf = async <Data extends { sessionId: string }>(
  db: Database,
  type: EventType<Data>,
  session: { sessionId: string },
): Promise<Data[]> =>
  (await emitted(db, type))
    .map(({ data }) => data)
    .filter(({ sessionId }) => sessionId === session.sessionId);

let count = 0;
const fresh = (prefix: string): string => `${prefix}_${(++count).toString(36)}${newId().slice(-6)}`;

/** The webhooks of one class: `mm` minutes after the session's start. */
export function classOf(
  session: SessionData,
  { roomSid = fresh('RM'), lesson }: { roomSid?: string; lesson?: number } = {},
) {
  const start = Date.parse(session.startsAt);
  const room = {
    sid: roomSid,
    name: `${roomNameOf(session.courseId, session.number)}${lesson === undefined ? '' : `_lesson_${lesson}`}`,
    turnPassword: 'hush',
  };
  const stamp = (minute: number): string => String(Math.floor((start + minute * 60_000) / 1000));
  const of = (event: string, minute: number, more: object = {}): string =>
    JSON.stringify({ event, room, ...more, id: fresh('EV'), createdAt: stamp(minute) });
  return {
    room,
    /** A connection from one minute to another: [joined, left]. */
    in: (identity: string, from: number, to: number, more: object = {}): [joined: string, left: string] => {
      const participant = {
        sid: fresh('PA'),
        identity,
        joinedAt: stamp(from),
        joinedAtMs: String(start + from * 60_000),
        ...more,
      };
      return [
        of('participant_joined', from + 1 / 60, { participant: { ...participant, state: 'ACTIVE' } }),
        of('participant_left', to, { participant: { ...participant, disconnectReason: 'CLIENT_INITIATED' } }),
      ];
    },
    finished: (minute: number): string => of('room_finished', minute),
    started: (minute: number): string => of('room_started', minute),
  };
}

export async function postAll(app: RequestListener, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const { status, text } = await post(app, body);
    if (status !== 200) throw new Error(`${status} ${text}`);
  }
}
