/** The webhook door: what it takes in, what it refuses, and what it keeps. */

import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { WebhookReceiver } from 'livekit-server-sdk';
import request from 'supertest';
import { readDelivery } from '../src/domain/delivery.js';
import { withoutSecrets } from '../src/use-cases/receive-webhook.js';
import {
  appOf,
  classOf,
  fixtures,
  jwt,
  migrations,
  nowSeconds,
  post,
  sessionData,
  sha256,
  sign,
} from './support.js';

let database: TestDatabase;
let app: RequestListener;
beforeAll(async () => {
  database = await testDatabase(migrations);
  app = await appOf(database.db);
});
afterAll(() => database.close());

const kept = (eventId: string) => database.db('deliveries').where({ event_id: eventId }).first();
const joined = () => classOf(sessionData()).in(newId(), 0, 60)[0];
const idOf = (body: string): string => JSON.parse(body).id;

describe('the 43 recorded bodies', () => {
  test.each(fixtures.map((one) => [`${one.n} ${one.event}: ${one.note}`, one] as const))(
    'is taken in and read as the SDK reads it: %s',
    async (_name, { body, event }) => {
      expect((await post(app, body)).status).toBe(200);
      const sdk = await new WebhookReceiver('devkey', 'secret').receive(body, await sign(body), false, 60);
      const row = await kept(sdk.id);
      expect(row).toMatchObject({
        event,
        quarantine: null,
        created_at: Number(sdk.createdAt) * 1000,
        room_name: sdk.room?.name || sdk.egressInfo?.roomName || sdk.ingressInfo?.roomName,
        room_sid: sdk.room?.sid || null,
        participant_sid: sdk.participant?.sid ?? null,
        identity: sdk.participant?.identity ?? null,
        joined_at_ms: Number(sdk.participant?.joinedAtMs ?? 0) || null,
        joined_at: Number(sdk.participant?.joinedAt ?? 0) * 1000 || null,
      });
      expect(row.body.toString()).not.toContain('b1XfS0uY3QpD9aKc7wZrT5nLh2MvE8gJ4oUiR6yPqW');
      expect(row.body.toString().replaceAll('"turnPassword":""', '')).toBe(
        body.replaceAll(/"turnPassword":"[^"]*"/g, ''),
      );
    },
  );

  test('a recorder and an agent are seen for what they are', async () => {
    const row = async (n: number) => kept(idOf(fixtures.find((one) => one.n === n)!.body));
    expect(await row(11)).toMatchObject({ kind: 'EGRESS', hidden: true, recorder: true });
    expect(await row(12)).toMatchObject({ kind: 'AGENT', agent: true });
    expect(await row(9)).toMatchObject({ kind: null, hidden: false, recorder: false, agent: false });
  });
});

describe('what may be written differently', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  const camel = {
    event: 'participant_left',
    id: 'EV_1',
    createdAt: '1793003590',
    room: { sid: 'RM_1', name: 'course_01980000-0000-7000-8000-000000000001_session_7' },
    participant: {
      sid: 'PA_1',
      identity: 'u',
      joinedAt: '1793000225',
      joinedAtMs: '1793000225317',
      disconnectReason: 'CLIENT_INITIATED',
    },
  };
  const read = (body: object) => readDelivery(JSON.stringify(body), now);

  test('snake_case and plain numbers say the same as camelCase and strings', () => {
    const { participant, createdAt, ...rest } = camel;
    const snake = {
      ...rest,
      created_at: Number(createdAt),
      participant: {
        sid: 'PA_1',
        identity: 'u',
        joined_at: 1793000225,
        joined_at_ms: 1793000225317,
        disconnect_reason: participant.disconnectReason,
      },
    };
    expect(read(snake)).toEqual(read(camel));
    expect(read(camel)).toMatchObject({ createdAt: 1793003590000, room: { number: 7, lesson: null } });
  });

  test.each([
    ['course_01980000-0000-7000-8000-000000000001_session_7_lesson_2', { number: 7, lesson: 2 }],
    ['course_01980000-0000-7000-8000-00000000000A_session_0', { number: 0, lesson: null }],
    ['course_01980000-0000-7000-8000-000000000001_session_07', undefined],
    ['course_1_session_7', undefined],
    ['session-7f3c', undefined],
    ['course_01980000-0000-7000-8000-000000000001_session_7_lesson_', undefined],
  ])('the room name %s', (name, expected) => {
    const { room } = read({ ...camel, room: { name } });
    if (expected === undefined) expect(room).toBeUndefined();
    else expect(room).toMatchObject(expected);
  });

  test.each<[string, unknown, string | null]>([
    ['absent, which is STANDARD', undefined, null],
    ['0', 0, 'STANDARD'],
    ['3', 3, 'SIP'],
    ['a number of the future', 99, 'UNKNOWN'],
    ['ROBOT', 'ROBOT', 'ROBOT'],
    ['an object', {}, 'UNKNOWN'],
  ])('kind %s', (_name, kind, expected) => {
    expect(read({ ...camel, participant: { ...camel.participant, kind } }).kind).toBe(expected);
  });

  test.each<[string, unknown, number | null, string | null]>([
    ['absent', undefined, null, null],
    ['zero', '0', null, null],
    ['nanoseconds', '1793003590000000000', null, 'implausible-time'],
    ['milliseconds', 1793003590000, null, 'implausible-time'],
    ['before there was a video server', 1_000_000_000, null, 'implausible-time'],
    ['more than ten years ahead', 2_200_000_000, null, 'implausible-time'],
    ['a day off, which happens', 1793200000, 1793200000000, null],
    ['no number', 'soon', null, 'implausible-time'],
  ])('createdAt %s', (_name, createdAt, expected, quarantine) => {
    expect(read({ ...camel, createdAt })).toMatchObject({ createdAt: expected, quarantine });
  });
});

describe('a signature', () => {
  const claims = (body: string, more: object = {}) => ({
    iss: 'devkey',
    nbf: nowSeconds(),
    exp: nowSeconds() + 300,
    sha256: sha256(body),
    ...more,
  });

  test.each<[string, (body: string) => string]>([
    ['with another secret', (body) => jwt(claims(body), { secret: 'other' })],
    ['of another key', (body) => jwt(claims(body, { iss: 'nokey' }))],
    ['of another body', () => jwt(claims('{}'))],
    [
      'with alg none',
      (body) =>
        `${jwt(claims(body), { header: { alg: 'none' } })
          .split('.')
          .slice(0, 2)
          .join('.')}.`,
    ],
    ['without exp', (body) => jwt(claims(body, { exp: undefined }))],
    ['without the body’s hash', (body) => jwt(claims(body, { sha256: undefined }))],
    ['expired and of another body', () => jwt(claims('{}', { exp: nowSeconds() - 900 }))],
    ['with Bearer', (body) => `Bearer ${jwt(claims(body))}`],
    ['that is no token', () => 'hello'],
    ['that is a token of nonsense', () => 'a.b.c'],
  ])('%s is refused with 401, and nothing is kept', async (_name, tokenOf) => {
    const body = joined();
    const answer = await post(app, body, { token: tokenOf(body) });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text).type).toBe('/problems/bad-signature');
    expect(await kept(idOf(body))).toBeUndefined();
  });

  test('that is missing is refused with 401', async () => {
    const answer = await request(app)
      .post('/webhooks/livekit')
      .set('content-type', 'application/webhook+json')
      .send('{}');
    expect(answer.status).toBe(401);
  });

  test('27: of a body re-serialised on the way is refused', async () => {
    const body = fixtures[1]!.body;
    expect((await post(app, JSON.stringify(JSON.parse(body)), { token: await sign(body) })).status).toBe(401);
  });

  test.each([
    ['expired', { nbf: -900, exp: -600 }],
    ['not valid yet', { nbf: 300, exp: 600 }],
  ])(
    'wrong in nothing but its time, %s, is our trouble: 503, to be sent again',
    async (_name, { nbf, exp }) => {
      const body = joined();
      const token = jwt(claims(body, { nbf: nowSeconds() + nbf, exp: nowSeconds() + exp }));
      const answer = await post(app, body, { token });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBeDefined();
      expect(await kept(idOf(body))).toBeUndefined();
    },
  );

  test('26: 30 s ahead of our clock, or expired 30 s ago, is accepted', async () => {
    for (const times of [{ nbf: nowSeconds() + 30 }, { exp: nowSeconds() - 30 }]) {
      const body = joined();
      expect((await post(app, body, { token: jwt(claims(body, times)) })).status).toBe(200);
    }
  });

  test('of any configured pair is good while keys are rotated', async () => {
    const rotating = await appOf(database.db, undefined, {
      LIVEKIT_WEBHOOK_KEYS: 'newkey:newsecret,devkey:second',
    });
    const status = async (key: string, secret: string) => {
      const body = joined();
      return (await post(rotating, body, { token: await sign(body, key, secret) })).status;
    };
    expect(await status('devkey', 'secret')).toBe(200);
    expect(await status('newkey', 'newsecret')).toBe(200);
    expect(await status('devkey', 'second')).toBe(200);
    expect(await status('newkey', 'secret')).toBe(401);
  });
});

describe('a signed body', () => {
  test.each([
    '/webhooks/livekit',
    '/webhooks/course-attendance',
    '/api/v1/webhooks/livekit',
    '/api/v1/webhooks/course-attendance',
  ])('is taken in at %s', async (path) => {
    const body = joined();
    expect((await post(app, body, { path })).status).toBe(200);
    expect(await kept(idOf(body))).toBeDefined();
  });

  test('that says another content type is taken in: the signature counts, and a 4xx is never repeated', async () => {
    const body = joined();
    const answer = await request(app)
      .post('/webhooks/livekit')
      .set('content-type', 'text/plain')
      .set('authorization', await sign(body))
      .send(body);
    expect(answer.status).toBe(200);
  });

  test.each<[string, Buffer]>([
    ['truncated in its secret', Buffer.from('{"event":"room_started","room":{"turnPassword":"hus')],
    ['truncated after a backslash', Buffer.from('{"event":"room_started","room":{"turnPassword":"hu\\')],
    ['empty', Buffer.alloc(0)],
    ['an array', Buffer.from('[1]')],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])],
    ['without an event', Buffer.from('{"id":"EV_none"}')],
  ])('%s is kept as bytes, for a person', async (_name, body) => {
    const before = await alarms('undecodable');
    expect((await post(app, body)).status).toBe(200);
    const row = await kept(`sha256:${Buffer.from(sha256(body), 'base64').toString('hex')}`);
    expect(row).toMatchObject({ quarantine: 'undecodable', course_id: null });
    expect(row.body.equals(withoutSecrets(body))).toBe(true);
    expect(row.body.toString('latin1')).not.toContain('"hu');
    expect(await alarms('undecodable')).toBe(before + 1);
  });

  test.each([
    ['NUL', '\\u0000'],
    ['half of a surrogate pair', '\\ud800'],
    ['ten thousand letters', 'x'.repeat(10_000)],
  ])('with %s in an identity is kept and not used', async (_name, text) => {
    const body = joined().replace(/"identity":"/, `"identity":"${text}`);
    expect((await post(app, body)).status).toBe(200);
    expect(await kept(idOf(body))).toMatchObject({ quarantine: 'unstorable-text', identity: null });
  });

  test('over 1 MB is refused with 413', async () => {
    const body = JSON.stringify({ event: 'room_started', pad: 'x'.repeat(1_100_000) });
    expect((await post(app, body)).status).toBe(413);
  });

  test('just under 1 MB is taken in', async () => {
    const body = JSON.stringify({ event: 'room_started', id: 'EV_large', pad: 'x'.repeat(1_000_000) });
    expect((await post(app, body)).status).toBe(200);
  });

  test('without an id is known by its hash', async () => {
    const body = JSON.stringify({ event: 'room_started', room: { name: 'x' }, createdAt: '1793000100' });
    await post(app, body);
    await post(app, body);
    const found = await database
      .db('deliveries')
      .where('event_id', 'like', `sha256:${Buffer.from(sha256(body), 'base64').toString('hex')}`)
      .pluck('event_id');
    expect(found).toHaveLength(1);
  });

  test('21: with a known id and another content: the first is kept and somebody is told', async () => {
    const body = joined();
    const other = body.replace('ACTIVE', 'JOINED');
    const before = await alarms('same-id-other-body');
    expect((await post(app, body)).status).toBe(200);
    expect((await post(app, other)).status).toBe(200);
    expect((await kept(idOf(body))).body.equals(withoutSecrets(Buffer.from(body)))).toBe(true);
    expect(await alarms('same-id-other-body')).toBe(before + 1);
  });

  test('that comes many times at once is stored once and always answered 200', async () => {
    const body = joined();
    const second = await appOf(database.db);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post(n % 2 ? app : second, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    const found = await database
      .db('deliveries')
      .where({ event_id: idOf(body) })
      .pluck('event_id');
    expect(found).toHaveLength(1);
  });

  test('one of hundreds at once: everything answered 200 is stored', async () => {
    const bodies = Array.from({ length: 300 }, joined);
    const answers = await Promise.all(bodies.map((body) => post(app, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const found = await database.db('deliveries').whereIn('event_id', bodies.map(idOf)).pluck('event_id');
    expect(found).toHaveLength(300);
  });
});

describe('our own trouble', () => {
  test('the database away is 503, and nothing is acknowledged', async () => {
    const away = connect('postgres://nobody@127.0.0.1:1/none');
    const answer = await post(await appOf(away), joined());
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    await away.destroy();
  });
});

async function alarms(reason: string): Promise<number> {
  const { registry } = await import('@rollcall/kit/metrics');
  const metric = await registry.getSingleMetric('webhook_alarms_total')!.get();
  return metric.values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
}
