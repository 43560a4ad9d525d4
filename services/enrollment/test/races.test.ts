import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { deliver, emitted, workOf } from '@rollcall/kit/testing';
import type { Response } from 'supertest';
import { consumers } from '../src/consumers.js';
import {
  brokenInvariants,
  declined,
  openStage,
  person,
  type Stage,
  somebodyWaits,
  students,
} from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

/** How many answers there were of each status and problem. */
function tally(answers: readonly Response[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = status < 300 ? String(status) : `${status} ${body.type}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('of a hundred buyers of the last seat one gets it', async () => {
  const [session] = (await stage.onSale({ maxStudents: 1 })).sessions;
  const buyers = await students(100);
  const answers = await Promise.all(buyers.map((buyer) => stage.ask(buyer, session!.id)));
  expect(tally(answers)).toEqual({ 202: 1, '409 /problems/sold-out': 99 });
});

test('thirty buyers of three seats fill exactly three', async () => {
  const [session] = (await stage.onSale({ maxStudents: 3 })).sessions;
  const buyers = await students(30);
  const answers = await Promise.all(buyers.map((buyer) => stage.ask(buyer, session!.id)));
  expect(tally(answers)).toEqual({ 202: 3, '409 /problems/sold-out': 27 });
});

test.each([
  ['without a limit', {}],
  ['with a limit', { maxStudents: 50 }],
  ['that has one seat', { maxStudents: 1 }],
])('a student who asks twenty times at once buys a session %s once', async (_name, more) => {
  const [session] = (await stage.onSale(more)).sessions;
  const student = await person('student');
  const answers = await Promise.all(Array.from({ length: 20 }, () => stage.ask(student, session!.id)));
  expect(tally(answers)).toEqual({ 202: 1, '409 /problems/already-bought': 19 });
  const asked = (await emitted(stage.db, purchaseRequested)).filter((e) => e.data.studentId === student.id);
  expect(asked).toHaveLength(1);
});

test('one Idempotency-Key sent twenty times at once is one purchase, and nobody hears another answer', async () => {
  const [session] = (await stage.onSale()).sessions;
  const student = await person('student');
  const ask = () => stage.ask(student, session!.id).set('Idempotency-Key', 'same');
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  const good = answers.filter(({ status }) => status === 202);
  expect(new Set(good.map(({ body }) => body.id)).size).toBe(1);
  expect(
    Object.keys(tally(answers)).filter(
      (name) => name !== '202' && name !== '409 /problems/request-in-progress',
    ),
  ).toEqual([]);
  expect(await stage.db('purchases').where({ student_id: student.id })).toHaveLength(1);
});

test('seats given back by declines go to others, while buyers and declines run into each other', async () => {
  const [session] = (await stage.onSale({ maxStudents: 10 })).sessions;
  const first = await students(10);
  const asked = await Promise.all(first.map((buyer) => stage.ask(buyer, session!.id).expect(202)));
  const refuse = asked.map(({ body }, index) =>
    deliver(stage.db, consumers, [declined(body.id, first[index]!.id)]),
  );
  const again = first.map((buyer) => stage.ask(buyer, session!.id));
  const others = (await students(20)).map((buyer) => stage.ask(buyer, session!.id));
  const answers = await Promise.all([...again, ...others]);
  await Promise.all(refuse);
  expect(Object.keys(tally(answers))).not.toContain('500 /problems/internal-error');
  const { rows } = await stage.db.raw('select count(*) from seats where live and session_id = ?', [
    session!.id,
  ]);
  expect(rows[0].count).toBeLessThanOrEqual(10);
  expect(tally(answers)['202'] ?? 0).toBe(rows[0].count);
});

test('declines heard together take their sessions by id, as buyers do, in whatever order they come', async () => {
  const { sessions } = await stage.onSale({ maxStudents: 10 });
  const [low, high] = sessions.map(({ id }) => id).sort() as [string, string];
  const [one, other] = await students(2);
  const asked = [await stage.ask(one!, high).expect(202), await stage.ask(other!, low).expect(202)];
  const declines = asked.map(({ body }) => declined(body.id, body.studentId));
  const { free, heard } = await workOf(stage.db, async ({ tx }) => {
    await tx('sessions').where({ id: low }).forNoKeyUpdate();
    const heard = deliver(stage.db, consumers, declines);
    await somebodyWaits(stage.db);
    const free = await tx('sessions').where({ id: high }).forNoKeyUpdate().skipLocked().pluck('id');
    return { free, heard };
  });
  expect(Object.values(await heard)).toEqual(['done', 'done']);
  expect(free).toEqual([high]);
  expect(await stage.db('seats').whereIn('session_id', [low, high]).andWhere({ live: true })).toEqual([]);
});
