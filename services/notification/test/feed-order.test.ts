/** Ids of the feed are seen in their order, whoever commits first: a reader that goes on from the last it saw skips none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventStream, ServerEvent } from '@rollcall/kit/event-stream';
import { newId } from '@rollcall/kit/id';
import { quietLog, type TestDatabase, workOf } from '@rollcall/kit/testing';
import { createFollowers } from '../src/followers.js';
import { feedAfter } from '../src/queries.js';
import { addChanges } from '../src/store/feed.js';
import { openDatabase, until } from './support.js';

let base: TestDatabase;
beforeAll(async () => {
  base = await openDatabase();
});
afterAll(() => base.close());

const WRITERS = 12;
const EACH = 25;

/** One transaction: what a writer does at its end, and then it dawdles before it commits, as one that the system forgot. */
const write = (userId: string): Promise<void> =>
  workOf(base.db, async (work) => {
    const change = { resource: 'wallet' as const, type: 'a.b.v1', at: new Date().toISOString(), userId };
    addChanges(work, [change, change]);
    work.atCommit(work.tx.raw('select pg_sleep(?)', [Math.random() * 0.02]));
  });

async function writing(userId: string): Promise<void> {
  for (let count = 0; count < EACH; count += 1) {
    await write(userId);
    await sleep(Math.random() * 10);
  }
}

const idsOf = (sent: readonly ServerEvent[]): number[] => sent.map(({ id }) => Number(id));

test('readers that look while a dozen write hear each change once and in order', async () => {
  const user = newId();
  const over = new AbortController();
  const { follow } = createFollowers({
    read: (after, most) => feedAfter(base.db, after, most),
    ...{ limits: { most: 10, ofUser: 10 }, log: quietLog, page: 7 },
  });
  const readers = Array.from({ length: 3 }, (): ServerEvent[] => []);
  for (const sent of readers) {
    const stream: EventStream = { send: (event) => sent.push(event), end: () => {}, closed: over.signal };
    follow(user, stream, 0);
  }
  // And one that goes on from the last it saw, as a browser that comes again.
  const seen: number[] = [];
  const looking = (async () => {
    while (!over.signal.aborted) {
      const { rows, head } = await feedAfter(base.db, seen.at(-1) ?? 0, 1_000);
      seen.push(...rows.map(({ id }) => id));
      expect(head).toBe(seen.at(-1) ?? 0);
    }
  })();
  let ids: number[] = [];
  try {
    await Promise.all(Array.from({ length: WRITERS }, () => writing(user)));
    ids = await base.db('feed').where({ user_id: user }).orderBy('id').pluck('id');
    expect(ids).toHaveLength(WRITERS * EACH * 2);
    await until(async () => [...readers, seen].every(({ length }) => length >= ids.length));
  } finally {
    over.abort();
    await looking;
  }
  for (const sent of readers) expect(idsOf(sent)).toEqual(ids);
  expect(seen).toEqual(ids);
});
