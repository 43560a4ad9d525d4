/** Many at once on connections of their own: money is reserved once, a step is taken once, nobody waits for ever. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import type { Step } from '../src/domain/withdrawal.js';
import { clawBack } from '../src/use-cases/claw-back.js';
import { requestWithdrawal } from '../src/use-cases/request-withdrawal.js';
import { takeStep } from '../src/use-cases/step-withdrawal.js';
import {
  adjust,
  balance,
  brokenInvariants,
  config,
  ending,
  migrations,
  purchase,
  send,
  user,
} from './fixtures.js';
import { asked } from './withdrawing.js';

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const ask = (teacherId: string, amount = 1000) =>
  workOf(db(), (work) => requestWithdrawal(work, { ...asked, amount, teacherId }, config));
const step = (withdrawalId: string, which: Step, actorId = newId()) =>
  workOf(db(), (work) =>
    takeStep(work, {
      ...{ withdrawalId, step: which, actorId, ifMatch: undefined, fourEyes: false },
      reason: 'a test',
    }),
  );

/** How many came through, and the codes of the others. */
async function outcome(tries: readonly Promise<unknown>[]) {
  const settled = await Promise.allSettled(tries);
  const codes = settled.flatMap((one) =>
    one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
  );
  return { done: settled.length - codes.length, refused: [...new Set(codes)] };
}

test('of fifty requests at once for money of three, exactly three are reserved', async () => {
  const teacher = await user(db(), { earnings: 3500 });
  expect(await outcome(Array.from({ length: 50 }, () => ask(teacher)))).toEqual({
    ...{ done: 3, refused: ['insufficient-earnings'] },
  });
  expect([await balance(db(), teacher, 'earnings'), await balance(db(), teacher, 'withdrawing')]).toEqual([
    ...[500, 3000],
  ]);
});

test.each<[Step[], Step[]]>([
  [[], ['approve', 'approve', 'approve', 'approve']],
  [[], ['approve', 'reject', 'reject', 'approve']],
  [['approve'], ['complete', 'fail', 'complete', 'fail']],
  [
    ['approve', 'complete'],
    ['return', 'return', 'return'],
  ],
])('after %j of %j at once one is taken', async (before, steps) => {
  const teacher = await user(db(), { earnings: 1000 });
  const { withdrawalId } = await ask(teacher);
  for (const one of before) await step(withdrawalId, one);
  expect(await outcome(steps.map((one) => step(withdrawalId, one)))).toEqual({
    ...{ done: 1, refused: ['wrong-state'] },
  });
});

test('asking, deciding, being paid and clawed back at once never overdraws nor deadlocks', async () => {
  const teacher = await user(db(), { earnings: 10_000 });
  const open = await Promise.all(Array.from({ length: 5 }, () => ask(teacher)));
  const student = await user(db(), { credits: 10_000 });
  const bought = Array.from({ length: 5 }, () => purchase(student, [1000], { teacherId: teacher }));
  await send(db(), ...bought);
  const taken = { userId: teacher, amount: 1500, currency: 'USD', reason: 'a test', actorId: newId() };
  const { refused } = await outcome([
    ...Array.from({ length: 10 }, () => ask(teacher)),
    ...open.flatMap(({ withdrawalId }) => [step(withdrawalId, 'reject'), step(withdrawalId, 'approve')]),
    ...bought.map((one) => send(db(), ending(one, { teacher: 800, commission: 200 }))),
    ...Array.from({ length: 5 }, () => workOf(db(), (work) => clawBack(work, taken))),
    adjust(db(), { userId: teacher, amount: 700, account: 'earnings' }),
  ]);
  const known = ['debt-stands', 'insufficient-earnings', 'wrong-state'];
  expect(refused.filter((code) => !known.includes(code))).toEqual([]);
});
