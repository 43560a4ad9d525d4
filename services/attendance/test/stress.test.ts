/** The webhook door under stress: hostile bodies, many at once, a database that goes away in the middle. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, type Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { statementsOf, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { startProxy } from './proxy.js';
import { appOf, classOf, migrations, sessionData, sha256, sign } from './support.js';

let database: TestDatabase;
let door: Door;
beforeAll(async () => {
  database = await testDatabase(migrations);
  door = await openDoor(database.db);
});
afterAll(async () => {
  await door.close();
  await database.close();
});

interface Door {
  readonly port: number;
  post(body: string | Buffer, more?: object): Promise<number>;
  close(): Promise<void>;
}

const requestOf = async (body: string): Promise<string> =>
  `POST /webhooks/livekit HTTP/1.1\r\nhost: x\r\nauthorization: ${await sign(body)}\r\n` +
  `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Sends all without waiting for an answer, on one connection; their statuses in the order they came. */
async function pipeline(port: number, requests: readonly string[]): Promise<string[]> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.write(requests.join(''));
  let heard = '';
  for await (const bytes of socket) {
    heard += bytes;
    const statuses = [...heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status!);
    if (statuses.length === requests.length) return statuses;
  }
  throw new Error(`the door hung up after: ${heard.slice(-200)}`);
}

/** The app on a port of its own, so that what is sent is what arrives. */
async function openDoor(db: Database): Promise<Door> {
  const server: Server = createServer(await appOf(db));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    post: async (body, more = {}) => {
      const headers = { 'content-type': 'application/webhook+json', authorization: await sign(body) };
      const url = `http://127.0.0.1:${port}/webhooks/livekit`;
      const answer = await fetch(url, { method: 'POST', headers, body, ...more });
      await answer.arrayBuffer();
      return answer.status;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const joined = () => classOf(sessionData()).in(newId(), 0, 60)[0];
const idOf = (body: string): string => JSON.parse(body).id;
const hashId = (body: string | Buffer) => `sha256:${Buffer.from(sha256(body), 'base64').toString('hex')}`;
const kept = (eventId: string) => database.db('deliveries').where({ event_id: eventId }).first();
const countOf = async (ids: readonly string[]) =>
  (await database.db('deliveries').whereIn('event_id', ids).pluck('event_id')).length;

const deep = (open: string, middle: string, close: string) =>
  open.repeat(150_000) + middle + close.repeat(150_000);

describe('a hostile body that is signed is kept, answered 200, and believed in nothing it cannot mean', () => {
  const signed = (more: string) => `{"event":"participant_left","id":"${newId()}",${more}}`;

  test.each<[string, string, object]>([
    ['150,000 arrays in one another', signed(`"x":${deep('[', '', ']')}`), { quarantine: null }],
    ['150,000 objects in one another', signed(`"x":${deep('{"a":', '1', '}')}`), { quarantine: null }],
    ['a prototype for itself', signed('"__proto__":{"createdAt":"1793000100"}'), { created_at: null }],
    [
      'a prototype for its participant',
      signed('"participant":{"__proto__":{"identity":"teacher"},"constructor":{"name":"x"}}'),
      { identity: null },
    ],
    [
      'arrays for objects',
      signed('"room":[{"name":"x"}],"participant":["x"]'),
      { room_name: null, identity: null },
    ],
    [
      'objects for texts',
      signed('"room":{"name":{}},"participant":{"identity":[],"sid":1}'),
      { identity: null },
    ],
    [
      'a time past every number',
      signed('"createdAt":1e999'),
      { created_at: null, quarantine: 'implausible-time' },
    ],
    [
      'a time past every integer',
      signed(`"createdAt":"${'9'.repeat(30)}"`),
      { created_at: null, quarantine: 'implausible-time' },
    ],
    ['a fraction for a time', signed('"createdAt":1793000100.5'), { quarantine: 'implausible-time' }],
    ['a time before time', signed('"createdAt":-1'), { quarantine: 'implausible-time' }],
    [
      'joining times past every integer',
      signed('"participant":{"sid":"PA_1","identity":"u","joinedAt":1e300,"joinedAtMs":"1e9"}'),
      { joined_at: null, joined_at_ms: null },
    ],
    [
      'a session number past every integer',
      signed('"room":{"name":"course_01980000-0000-7000-8000-000000000001_session_99999999999999999999"}'),
      { course_id: null },
    ],
    ['NUL in its room', signed('"room":{"name":"a\\u0000b"}'), { quarantine: 'unstorable-text' }],
    [
      'half a surrogate pair in its sid',
      signed('"participant":{"sid":"\\udfff"}'),
      { quarantine: 'unstorable-text' },
    ],
  ])('%s', async (_name, body, expected) => {
    expect(await door.post(body)).toBe(200);
    expect(await kept(idOf(body))).toMatchObject(expected);
  });

  test.each<[string, string | Buffer]>([
    ['an event that is a list', '{"event":["participant_left"],"id":"EV_list"}'],
    ['nothing but a number', '1e999'],
    ['null', 'null'],
    ['a text', '"participant_left"'],
    ['a byte order mark before it', '\ufeff{"event":"room_started","id":"EV_bom"}'],
    ['two values', '{"event":"room_started","id":"EV_two"}{}'],
    ['its end missing', joined().slice(0, -20)],
    ['half a surrogate pair in raw bytes', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d])],
  ])('%s: kept as bytes', async (_name, body) => {
    expect(await door.post(body)).toBe(200);
    expect((await kept(hashId(body))).quarantine).toBe('undecodable');
  });

  test('the same key twice: the last counts, and it is stored once', async () => {
    const body = `{"event":"room_started","id":"${newId()}","id":"EV_last","event":"room_finished"}`;
    expect(await door.post(body)).toBe(200);
    expect(await kept('EV_last')).toMatchObject({ event: 'room_finished' });
  });
});

describe('a body that does not end', () => {
  test('over 1 MB in pieces of unknown number is refused with 413', async () => {
    const body = Buffer.alloc(1_200_000, 'x');
    const pieces = new ReadableStream({
      start: (out) => {
        for (let at = 0; at < body.length; at += 100_000) out.enqueue(body.subarray(at, at + 100_000));
        out.close();
      },
    });
    expect(await door.post(body, { body: pieces, duplex: 'half' })).toBe(413);
    expect(await kept(hashId(body))).toBeUndefined();
  });

  test('broken off by the sender leaves nothing, and the door open', async () => {
    const body = joined();
    const socket = connectTcp(door.port, '127.0.0.1');
    socket.write((await requestOf(body)).slice(0, -100));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect(await kept(idOf(body))).toBeUndefined();
    expect(await door.post(body)).toBe(200);
  });
});

test('2,000 webhooks at once are all answered 200, and stored once each, many by one statement', async () => {
  // Both writers' connections stand, as in a process that runs: to begin one amid this takes longer than is waited for.
  await Promise.all([0, 1].map(() => database.db.raw('select pg_sleep(0.1)')));
  const bodies = Array.from({ length: 2_000 }, joined);
  const lots = Array.from({ length: 20 }, (_, lot) => bodies.slice(lot * 100, lot * 100 + 100));
  const requests = await Promise.all(lots.map((lot) => Promise.all(lot.map(requestOf))));
  const statements = await statementsOf(database.db, async () => {
    const answers = await Promise.all(requests.map((lot) => pipeline(door.port, lot)));
    expect(answers.flat()).toEqual(Array(2_000).fill('200'));
  });
  const inserts = statements.filter((sql) => sql.includes('insert into deliveries')).length;
  expect(inserts).toBeGreaterThanOrEqual(20);
  expect(inserts).toBeLessThan(1_000);
  expect(await countOf(bodies.map(idOf))).toBe(2_000);
});

test('a database that is cut off in the middle: 503 for what may be lost, and every 200 is stored', async () => {
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port));
  url.port = String(proxy.port);
  const db = connect(url.toString(), { max: 5 });
  const cutOff = await openDoor(db);
  const bodies = Array.from({ length: 400 }, joined);
  const sending = bodies.map(async (body, n) => {
    await new Promise((resolve) => setTimeout(resolve, n));
    return { id: idOf(body), status: await cutOff.post(body) };
  });
  setTimeout(() => proxy.cut(), 150);
  const answers = await Promise.all(sending);
  const taken = answers.filter(({ status }) => status === 200).map(({ id }) => id);
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(taken.length + refused.length).toBe(bodies.length);
  expect(await countOf(taken)).toBe(taken.length);

  proxy.heal();
  const again = await Promise.all(bodies.map((body) => cutOff.post(body)));
  expect(new Set(again)).toEqual(new Set([200]));
  expect(await countOf(bodies.map(idOf))).toBe(bodies.length);
  await cutOff.close();
  await db.destroy();
  await proxy.close();
});
