/** Purchases the wallet has not answered: asked about again, given up by the wallet alone, and ended once. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  expiryRequested,
  purchaseActivated,
  purchaseDeclined,
  purchaseExpired,
  purchaseRequested,
} from '@rollcall/contracts/events/enrollment';
import { connect } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { runTick } from '@rollcall/kit/schedule';
import { deliver, emitted, quietLog, workOf } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { schedule } from '../src/schedule.js';
import { askAgain, requestExpiry } from '../src/use-cases/ask-again.js';
import {
  brokenInvariants,
  declined,
  heldAnswers,
  type Kind,
  kinds,
  openStage,
  type Person,
  person,
  type Stage,
} from './stage.js';

let stage: Stage;
let student: Person;
let bought: Kind;
let path: string;
let purchase: { id: string; createdAt: string };
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  // Nothing pending is left to the turns of the next test.
  const left = await stage.db('purchases').where({ status: 'pending' }).select('id', 'student_id');
  for (const { id, student_id } of left) await deliver(stage.db, consumers, [declined(id, student_id)]);
});

const buy = (who: Person) => stage.send('post', path, who).set('Prefer', 'respond-async');
const pending = async (wanted: Kind) => {
  bought = wanted;
  path = wanted.pathTo(await stage.onSale({ maxStudents: 1 }));
  student = await person('student');
  purchase = (await buy(student).expect(202)).body;
};
const after = (seconds: number) => new Date(Date.parse(purchase.createdAt) + seconds * 1000);
const askedAt = (seconds: number) => workOf(stage.db, askAgain, after(seconds));
const expireAt = (seconds: number) => workOf(stage.db, requestExpiry, after(seconds));
const about = async (type: typeof purchaseRequested | typeof expiryRequested | typeof purchaseActivated) =>
  (await emitted<{ purchaseId: string }>(stage.db, type)).filter(
    ({ data }) => data.purchaseId === purchase.id,
  );
const now = () => stage.readAt(student, bought.at(purchase.id));
const expired = () => declined(purchase.id, student.id, { reason: 'expired', shortfall: null });

/** As if all of it had been done so long ago. */
const age = (seconds: number) =>
  stage.db.raw(
    `update purchases set requested_at = requested_at - :ago, asked_at = asked_at - :ago where id = :id`,
    { ago: stage.db.raw(`interval '${seconds} seconds'`), id: purchase.id },
  );

describe.each(kinds)('who bought $name', (kind) => {
  test('and is pending for a minute is asked about again: another event, the same question', async () => {
    await pending(kind);
    expect([await askedAt(59), await askedAt(60), await askedAt(61), await askedAt(121)]).toEqual([
      0, 1, 0, 1,
    ]);
    const asked = await about(purchaseRequested);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
    for (const { data } of asked) expect(data).toEqual(asked[0]!.data);
  });

  test('and was answered is not asked about again', async () => {
    await pending(kind);
    await stage.hold(purchase.id);
    expect([await askedAt(600), await expireAt(3600)]).toEqual([0, 0]);
  });

  test('is asked about once by two replicas at the same time', async () => {
    await pending(kind);
    const asked = await Promise.all(Array.from({ length: 6 }, () => askedAt(60)));
    expect(asked.reduce((a, b) => a + b)).toBe(1);
    const given = await Promise.all(Array.from({ length: 6 }, () => expireAt(900)));
    expect(given.reduce((a, b) => a + b)).toBe(1);
  });

  test.each([
    ['ask-again', 61, purchaseRequested, 2],
    ['request-expiry', 901, expiryRequested, 1],
  ] as const)(
    'has one turn of %s at a tick, and no second one at another',
    async (name, ago, type, events) => {
      await pending(kind);
      await age(ago);
      const one = schedule.find((task) => task.name === name)!;
      const replicas = Array.from({ length: 2 }, () => connect(stage.url, { max: 3 }));
      const turn = (tick: number) =>
        Promise.all(replicas.map((db) => runTick(db, one, new Date(tick), quietLog)));
      const tick = Date.now();
      expect((await turn(tick)).filter(Boolean)).toHaveLength(1);
      // Replicas whose clocks are apart take two ticks for one.
      await Promise.all([turn(tick + 1), turn(tick + 2)]);
      expect(await about(type)).toHaveLength(events);
      await Promise.all(replicas.map((db) => db.destroy()));
    },
  );

  test("is given up after fifteen minutes by the wallet's answer, and by nothing else", async () => {
    await pending(kind);
    expect([await expireAt(899), await expireAt(900), await expireAt(960)]).toEqual([0, 1, 0]);
    expect(await askedAt(900)).toBe(0);
    const [request] = await about(expiryRequested);
    expect(request?.data).toEqual({
      purchaseId: purchase.id,
      studentId: student.id,
      requestedAt: purchase.createdAt,
    });
    expect(await now()).toMatchObject({ status: 'pending' });
    await buy(await person('student')).expect(409);

    await deliver(stage.db, consumers, [expired()]);
    expect(await now()).toMatchObject({ status: 'expired', declineReason: 'expired' });
    expect(await about(purchaseExpired)).toHaveLength(1);
    await buy(await person('student')).expect(202);
  });

  test('has the expiry asked for again every fifteen minutes until there is an answer', async () => {
    await pending(kind);
    const turns = [900, 960, 1_799, 1_800, 2_699, 2_700];
    const asked: number[] = [];
    for (const seconds of turns) asked.push(await expireAt(seconds));
    expect(asked).toEqual([1, 0, 0, 1, 0, 1]);
    const requests = await about(expiryRequested);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(3);
    for (const { data } of requests) expect(data).toEqual(requests[0]!.data);
    await deliver(stage.db, consumers, [expired()]);
    expect(await expireAt(3_600)).toBe(0);
  });

  test('has the purchase when the wallet held the money after all, however late, and however often it says so', async () => {
    await pending(kind);
    await askedAt(60);
    await expireAt(900);
    for (let time = 0; time < 3; time += 1) await stage.hold(purchase.id);
    const [held] = await heldAnswers(stage.db, [purchase.id]);
    await deliver(stage.db, consumers, [
      { ...held!, id: newId() },
      { ...held!, id: newId() },
    ]);
    expect(await now()).toMatchObject({ status: 'active' });
    expect(await about(purchaseActivated)).toHaveLength(1);
  });

  test.each([
    ['declined', purchaseDeclined, {}],
    ['expired', purchaseExpired, { reason: 'expired', shortfall: null }],
  ] as const)(
    'and is told %s three times hears of it once, and the seat is free once',
    async (status, type, more) => {
      await pending(kind);
      const answers = Array.from({ length: 3 }, () => declined(purchase.id, student.id, more));
      await Promise.all(answers.slice(1).map((answer) => deliver(stage.db, consumers, [answer])));
      await deliver(stage.db, consumers, [answers[0]!]);
      expect(await now()).toMatchObject({ status });
      expect(await about(type)).toHaveLength(1);
      expect(await stage.db('seats').where({ purchase_id: purchase.id, live: true })).toEqual([]);
      await buy(student).expect(202);
    },
  );

  test('is told by the same key how it ended: expired is a 402 that says to buy again', async () => {
    await pending(kind);
    const keyed = (who: Person) => buy(who).set('Idempotency-Key', 'to-the-end');
    await deliver(stage.db, consumers, [expired()]);
    purchase = (await keyed(student).expect(202)).body;
    await expireAt(900);
    await deliver(stage.db, consumers, [expired()]);
    const { body } = await keyed(student).expect(402).expect('Idempotency-Replayed', 'true');
    expect(body).toMatchObject({
      type: '/problems/purchase-expired',
      detail: expect.stringContaining('Buy again'),
      purchase: { id: purchase.id, status: 'expired' },
    });
  });
});
