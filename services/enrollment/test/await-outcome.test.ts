import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '@rollcall/kit/database';
import { statementsOf } from '@rollcall/kit/testing';
import { inWork } from '@rollcall/kit/work';
import { createAwaitOutcome } from '../src/await-outcome.js';
import { outcomesOf } from '../src/queries.js';
import { type PurchaseRow, purchaseOf } from '../src/shapes.js';
import { openStage, person, type Stage, students } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const pending = async (count: number): Promise<string[]> => {
  const [session] = (await stage.onSale()).sessions;
  const asked = (await students(count)).map((student) => stage.ask(student, session!.id).expect(202));
  return (await Promise.all(asked)).map(({ body }) => body.id);
};

test('fifty who wait are told by one statement a look, each when its own outcome is there', async () => {
  const ids = await pending(50);
  const wait = createAwaitOutcome(stage.db, outcomesOf);
  const told: string[] = [];
  let all: Promise<unknown>[] = [];
  const statements = await statementsOf(stage.db, () => {
    all = ids.map((id) => wait(id, new AbortController().signal).then(() => told.push(id)));
    return sleep(100);
  });
  expect(told).toEqual([]);
  expect(statements.length).toBeLessThanOrEqual(20);

  const [first, ...rest] = ids;
  await stage.hold(first!);
  await all[0];
  expect(told).toEqual([first]);
  await stage.hold(...rest);
  await Promise.all(all);
  expect(told).toHaveLength(50);
});

test('nobody looks once nobody waits, and a caller who has gone does not', async () => {
  const [id] = await pending(1);
  const gone = new AbortController();
  const waiting = createAwaitOutcome(stage.db, outcomesOf)(id!, gone.signal);
  gone.abort();
  await waiting;
  await sleep(50);
  let statements = 0;
  stage.db.on('query', () => {
    statements += 1;
  });
  await sleep(60);
  expect(statements).toBe(0);
});

test('a database that is away is an error for those who wait, and the next one is served', async () => {
  const [id] = await pending(1);
  const away = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
  const wait = createAwaitOutcome(away, outcomesOf);
  const { signal } = new AbortController();
  await expect(wait(id!, signal)).rejects.toThrow();
  await expect(wait(id!, signal)).rejects.toThrow();
  await away.destroy();
});

test('a purchase made on one replica is answered though another one heard the wallet', async () => {
  const [session] = (await stage.onSale()).sessions;
  const other = connect(stage.url, { max: 2 });
  const student = await person('student');
  const asking = stage.send('post', `/enrollments/sessions/${session!.id}/purchase`, student).then((r) => r);
  for (let look = 0; look < 100; look += 1) {
    const row = await other('purchases').where({ student_id: student.id }).first('id');
    if (row !== undefined) {
      await other('purchases').where({ id: row.id }).update({ status: 'active' });
      break;
    }
    await sleep(10);
  }
  expect((await asking).body.status).toBe('active');
  await other.destroy();
});

test('who waits where the answer is heard is told by its commit, and what a look would have found', async () => {
  const [id] = await pending(1);
  const never = () => Promise.reject(new Error('looked'));
  const told = createAwaitOutcome<PurchaseRow>(stage.db, never)(id!, new AbortController().signal);
  await stage.hold(id!);
  const found = (await outcomesOf(stage.db, [id!])).get(id!);
  expect(purchaseOf((await told)!)).toEqual(purchaseOf(found!));
});

test('what is told by a transaction that fails is told to nobody', async () => {
  const [id] = await pending(1);
  const wait = createAwaitOutcome<{ id: string }>(stage.db, async () => new Map());
  const gone = new AbortController();
  const told = wait(id!, gone.signal);
  const failing = inWork(stage.db, { correlationId: id! }, async (work) => {
    work.tell({ id: id! });
    throw new Error('changed its mind');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  gone.abort();
  expect(await told).toBeUndefined();
});
