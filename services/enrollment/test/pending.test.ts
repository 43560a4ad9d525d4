import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { expiryRequested, purchaseExpired, purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { deliver, emitted, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { askAgain, requestExpiry } from '../src/use-cases/ask-again.js';
import { brokenInvariants, declined, openStage, type Person, person, type Stage } from './stage.js';

let stage: Stage;
let student: Person;
let purchase: { id: string; sessionId: string; createdAt: string };
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await deliver(stage.db, consumers, [declined(purchase.id, student.id)]).catch(() => undefined);
});

const pending = async () => {
  const course = await stage.onSale({ maxStudents: 1 });
  student = await person('student');
  purchase = (await stage.ask(student, course.sessions[0]!.id).expect(202)).body;
};
const after = (seconds: number) => new Date(Date.parse(purchase.createdAt) + seconds * 1000);
const askedAt = (seconds: number) => workOf(stage.db, askAgain, after(seconds));
const expireAt = (seconds: number) => workOf(stage.db, requestExpiry, after(seconds));
const questions = async () =>
  (await emitted(stage.db, purchaseRequested)).filter(({ data }) => data.purchaseId === purchase.id);

test('a purchase pending for a minute is asked about again: another event, the same question', async () => {
  await pending();
  expect([await askedAt(59), await askedAt(60), await askedAt(61), await askedAt(121)]).toEqual([0, 1, 0, 1]);
  const asked = await questions();
  expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
  for (const { data } of asked) expect(data).toEqual(asked[0]!.data);
});

test('one that was answered is not asked about again', async () => {
  await pending();
  await stage.hold(purchase.id);
  expect([await askedAt(600), await expireAt(3600)]).toEqual([0, 0]);
});

test('two replicas asking at the same time ask once', async () => {
  await pending();
  const asked = await Promise.all(Array.from({ length: 6 }, () => askedAt(60)));
  expect(asked.reduce((a, b) => a + b)).toBe(1);
  const expired = await Promise.all(Array.from({ length: 6 }, () => expireAt(900)));
  expect(expired.reduce((a, b) => a + b)).toBe(1);
});

test("after fifteen minutes the wallet is asked to end it, and only the wallet's answer does", async () => {
  await pending();
  expect([await expireAt(899), await expireAt(900), await expireAt(960)]).toEqual([0, 1, 0]);
  expect(await askedAt(900)).toBe(0);
  const [request] = (await emitted(stage.db, expiryRequested)).filter(
    (e) => e.data.purchaseId === purchase.id,
  );
  expect(request?.data).toEqual({
    purchaseId: purchase.id,
    studentId: student.id,
    requestedAt: purchase.createdAt,
  });
  expect(await stage.purchase(student, purchase.id)).toMatchObject({ status: 'pending' });

  await deliver(stage.db, consumers, [
    declined(purchase.id, student.id, { reason: 'expired', shortfall: null }),
  ]);
  expect(await stage.purchase(student, purchase.id)).toMatchObject({
    status: 'expired',
    declineReason: 'expired',
  });
  const events = (await emitted(stage.db, purchaseExpired)).filter((e) => e.data.purchaseId === purchase.id);
  expect(events).toHaveLength(1);
  await stage.ask(await person('student'), purchase.sessionId).expect(202);
});

test('a purchase the wallet had held after all is active, however late', async () => {
  await pending();
  await expireAt(900);
  await stage.hold(purchase.id);
  expect(await stage.purchase(student, purchase.id)).toMatchObject({ status: 'active' });
});
