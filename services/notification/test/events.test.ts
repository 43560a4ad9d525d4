/** `GET /events`, over HTTP: whose changes come, from where it goes on, and when it ends. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ReceivedEvent, readEvents } from '@rollcall/contracts/event-reader';
import { refundRefused } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { envelope, quietLog, type TestDatabase, testApp, token, workOf } from '@rollcall/kit/testing';
import type { Config } from '../src/config.js';
import { routes } from '../src/routes.js';
import { trimFeed } from '../src/store/feed.js';
import { hear, openDatabase, until, usd } from './support.js';

let base: TestDatabase;
beforeAll(async () => {
  base = await openDatabase();
});
afterAll(() => base.close());

const MOST = 8;
const OF_USER = 3;
const config = {
  ...{ NODE_ENV: 'production', EVENT_STREAMS_MOST: MOST, EVENT_STREAMS_USER: OF_USER },
} as Config;

let server: Server;
let stopping: AbortController;
let url: string;
beforeEach(async () => {
  stopping = new AbortController();
  const served = routes({ db: base.db, config, log: quietLog, clock: () => new Date() });
  server = createServer(await testApp(served, stopping.signal)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
});
afterEach(async () => {
  stopping.abort();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const headersOf = async (
  userId: string,
  last?: string,
  expires = '10m',
): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await token({ id: userId, roles: ['student'] }, { expires })}`,
  ...(last !== undefined && { 'last-event-id': last }),
});

interface Listening {
  readonly status: number;
  readonly heard: ReceivedEvent[];
  /** Resolves when the answer is over, with how. */
  readonly over: Promise<'ended' | 'cut'>;
  leave(): void;
}

async function listen(userId: string, last?: string, expires?: string): Promise<Listening> {
  const gone = new AbortController();
  const answer = await fetch(url, { headers: await headersOf(userId, last, expires), signal: gone.signal });
  const heard: ReceivedEvent[] = [];
  const reading = (async () => {
    for await (const event of readEvents(answer)) heard.push(event);
  })();
  const over = reading.then(
    () => 'ended' as const,
    () => 'cut' as const,
  );
  return { status: answer.status, heard, over, leave: () => gone.abort() };
}

/** What no letter is written of, so that nobody has to be known. */
const refused = (userId: string) =>
  envelope(refundRefused, { paymentId: newId(), refundId: newId(), userId, possible: usd(1) });

/** Tells somebody something; returns what it is about. */
async function tell(userId: string): Promise<string> {
  const event = refused(userId);
  await hear(base.db, [event]);
  return event.data.paymentId;
}

const ids = ({ heard }: Listening): unknown[] =>
  heard.filter(({ event }) => event === 'change').map(({ data }) => JSON.parse(data).id);
const names = ({ heard }: Listening): string[] => heard.map(({ event }) => event);
const hears = (one: Listening, count: number) => until(async () => one.heard.length >= count);

describe('who listens', () => {
  test('hears what concerns him, with ids and types alone, and nothing of others', async () => {
    const [ann, bob] = [newId(), newId()];
    const [hers, his] = [await listen(ann), await listen(bob)];
    const about = await tell(ann);
    await hears(hers, 2);
    expect(names(hers)).toEqual(['ready', 'change']);
    expect(JSON.parse(hers.heard[1]!.data)).toEqual({
      ...{ resource: 'payment', id: about, type: 'wallet.refund-refused.v1' },
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const ofHis = await tell(bob);
    await hears(his, 2);
    expect(ids(his)).toEqual([ofHis]);
    expect(ids(hers)).toEqual([about]);
  });

  test('in any number of tabs hears the same in each', async () => {
    const user = newId();
    const tabs = await Promise.all(Array.from({ length: OF_USER }, () => listen(user)));
    const told = [await tell(user), await tell(user), await tell(user)];
    for (const tab of tabs) await until(async () => ids(tab).length === 3);
    for (const tab of tabs) expect(ids(tab)).toEqual(told);
  });

  test('needs a token', async () => {
    expect((await fetch(url)).status).toBe(401);
  });

  test('and asks for the head alone has it, and no stream', async () => {
    const answer = await fetch(url, { method: 'HEAD', headers: await headersOf(newId()) });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
  });
});

describe('who comes again', () => {
  test('goes on after the last event that came, even if that was none but the first', async () => {
    const user = newId();
    const first = await listen(user);
    await hears(first, 1);
    first.leave();
    await first.over;
    const missed = [await tell(user), await tell(user)];
    const again = await listen(user, first.heard.at(-1)!.id);
    await until(async () => ids(again).length === 2);
    const more = await tell(user);
    await until(async () => ids(again).length === 3);
    expect(names(again)).not.toContain('reset');
    expect(ids(again)).toEqual([...missed, more]);

    const middle = again.heard.find(({ data }) => data.includes(missed[0]!))!;
    const third = await listen(user, middle.id);
    await until(async () => ids(third).length === 2);
    expect(ids(third)).toEqual([missed[1], more]);
  });

  test('from before all that is kept, or from nowhere, is told to read everything anew', async () => {
    const user = newId();
    const first = await listen(user);
    await hears(first, 1);
    await tell(user);
    await workOf(base.db, ({ tx }) => trimFeed(tx, { before: new Date(Date.now() + 1_000), most: 1_000 }));
    for (const last of [first.heard[0]!.id!, '999999999999', 'what', '-1', '1e3', '']) {
      const again = await listen(user, last);
      await hears(again, 2);
      expect([last, names(again)]).toEqual([last, ['ready', 'reset']]);
      again.leave();
      await again.over;
    }
    const now = await listen(user);
    const last = await tell(user);
    await until(async () => ids(now).length === 1);
    expect(ids(now)).toEqual([last]);
  });

  test('with more missed than is sent again is told the same', async () => {
    const user = newId();
    const first = await listen(user);
    await hears(first, 1);
    for (let batch = 0; batch < 26; batch += 1)
      await hear(
        base.db,
        Array.from({ length: 20 }, () => refused(user)),
      );
    const again = await listen(user, first.heard[0]!.id);
    await hears(again, 2);
    expect(names(again)).toEqual(['ready', 'reset']);
  });
});

describe('a stream ends', () => {
  test('with its token', async () => {
    const stream = await listen(newId(), undefined, '1s');
    expect(stream.status).toBe(200);
    expect(await stream.over).toBe('ended');
  });

  test('when the service stops, which takes in no other then', async () => {
    const user = newId();
    const stream = await listen(user);
    await hears(stream, 1);
    stopping.abort();
    expect(await stream.over).toBe('ended');
    const answer = await fetch(url, { headers: await headersOf(user) });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('when its reader takes nothing, before it fills our memory', async () => {
    const user = newId();
    const { port } = new URL(url);
    const socket = connectSocket({ port: Number(port), host: '127.0.0.1' });
    const headers = Object.entries(await headersOf(user)).map(([name, value]) => `${name}: ${value}`);
    socket.write(`GET /events HTTP/1.1\r\nHost: here\r\n${headers.join('\r\n')}\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    const cut = once(socket, 'close');
    // Some megabytes of changes: more than the system's own buffers hold for one connection.
    const rows = 20_000;
    await base.db.raw(
      `insert into feed (user_id, resource, resource_id, type, at, written_at)
       select ?, 'hold', gen_random_uuid(), repeat('x', 400), now(), now() from generate_series(1, ?)`,
      [user, rows],
    );
    await until(async () => (await openStreams()) === 0);
    socket.resume();
    await cut;
  });
});

describe('places', () => {
  test('are so many a user, and free again when one is left', async () => {
    const user = newId();
    const streams = await Promise.all(Array.from({ length: OF_USER }, () => listen(user)));
    const answer = await fetch(url, { headers: await headersOf(user) });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '15']);
    expect(await answer.json()).toMatchObject({ type: '/problems/too-many-requests' });
    streams[0]!.leave();
    await until(async () => {
      const next = await listen(user);
      return next.status === 200;
    });
  });

  test('are so many in all: then it is a 503', async () => {
    const streams = await Promise.all(Array.from({ length: MOST }, () => listen(newId())));
    expect(streams.map(({ status }) => status)).toEqual(Array(MOST).fill(200));
    const answer = await fetch(url, { headers: await headersOf(newId()) });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: '/problems/streams-full' });
  });
});

/** As the metrics say. */
async function openStreams(): Promise<number> {
  const { registry } = await import('@rollcall/kit/metrics');
  const found = await registry.getSingleMetric('event_streams')?.get();
  return found?.values[0]?.value ?? 0;
}
