/** Debts from end to end: how they come, what repays them, who writes them off, and what is said of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { debtOpened, debtRepaid, walletAudited } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { clawBack } from '../src/use-cases/claw-back.js';
import { writeOffDebt } from '../src/use-cases/write-off-debt.js';
import {
  adjust,
  balance,
  brokenInvariants,
  correction,
  ending,
  migrations,
  purchase,
  type Shares,
  send,
  usd,
  user,
} from './fixtures.js';

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const byHand = { currency: 'USD', reason: 'because', actorId: newId() };
const take = (userId: string, amount: number, currency = 'USD') =>
  workOf(db(), (work) => clawBack(work, { ...byHand, userId, amount, currency }));
const giveUp = (userId: string, amount?: number) =>
  workOf(db(), (work) => writeOffDebt(work, { ...byHand, userId, amount }));
const debt = (id: string) => balance(db(), id, 'debt');
const earnings = (id: string) => balance(db(), id, 'earnings');
const saidOf = async (userId: string) =>
  [...(await emitted(db(), debtOpened)), ...(await emitted(db(), debtRepaid))].filter(
    ({ subject }) => subject === userId,
  );

/** A hold of this price that is ready to be settled for this teacher. */
async function held(teacherId: string, price = 1000) {
  const bought = purchase(await user(db(), { credits: price }), [price], { teacherId });
  await send(db(), bought);
  return bought;
}

describe('a debt', () => {
  test('opened by a clawback is repaid by the next lessons, and each step is said with its cause', async () => {
    const teacher = await user(db(), { earnings: 300 });
    await take(teacher, 1000);
    expect([await earnings(teacher), await debt(teacher)]).toEqual([0, -700]);
    const [first, second] = [await held(teacher), await held(teacher)];
    const ends = [first, second].map((one) => ending(one, { teacher: 500, commission: 500 }));
    await send(db(), ...ends);
    expect([await earnings(teacher), await debt(teacher)]).toEqual([300, 0]);
    const said = await saidOf(teacher);
    expect(said.map(({ type, data, causationid }) => [type, data, causationid])).toEqual([
      [debtOpened.type, { userId: teacher, amount: usd(700), cause: 'clawback' }, undefined],
      [debtRepaid.type, { userId: teacher, amount: usd(500), cause: 'payment-release' }, ends[0]!.id],
      [debtRepaid.type, { userId: teacher, amount: usd(200), cause: 'payment-release' }, ends[1]!.id],
    ]);
  });

  test('opened by a correction is said as caused by it, and so is what a later one repays', async () => {
    const released: Shares = { teacher: 700, commission: 300 };
    const teacher = await user(db());
    const bought = await held(teacher);
    await send(db(), ending(bought, released));
    await adjust(db(), { userId: teacher, amount: 450, account: 'earnings', direction: 'debit' });
    const corrected = correction(bought, [released, { refund: 1000 }]);
    await send(db(), corrected);
    expect([await earnings(teacher), await debt(teacher)]).toEqual([0, -450]);
    await send(db(), correction(bought, [{ refund: 1000 }, released], { version: 3 }));
    expect([await earnings(teacher), await debt(teacher)]).toEqual([250, 0]);
    expect((await saidOf(teacher)).map(({ data }) => data)).toMatchObject([
      { amount: usd(450), cause: 'correction' },
      { amount: usd(450), cause: 'correction' },
    ]);
    expect((await saidOf(teacher))[0]?.causationid).toBe(corrected.id);
  });

  test.each(['credits', 'earnings'] as const)('is repaid by %s an admin gives', async (account) => {
    const id = await user(db());
    await take(id, 500);
    await adjust(db(), { userId: id, amount: 800, account });
    expect([await balance(db(), id, account), await debt(id)]).toEqual([300, 0]);
  });

  test('is not repaid by promo', async () => {
    const id = await user(db());
    await take(id, 500);
    await adjust(db(), { userId: id, amount: 800, account: 'promo' });
    expect([await balance(db(), id, 'promo'), await debt(id)]).toEqual([800, -500]);
  });

  test('of one currency is not repaid by money of another', async () => {
    const id = await user(db());
    await take(id, 500, 'EUR');
    await adjust(db(), { userId: id, amount: 800 });
    expect([await balance(db(), id, 'credits'), await balance(db(), id, 'debt', 'EUR')]).toEqual([800, -500]);
  });

  test('is repaid by a referrer’s share and by a student’s refund', async () => {
    const [referrer, student] = [await user(db()), await user(db(), { credits: 600, promo: 400 })];
    const bought = purchase(student, [1000]);
    await send(db(), bought);
    await take(referrer, 30);
    await take(student, 500);
    const shares = { teacher: 400, commission: 50, referral: 50, refund: 500 };
    await send(db(), ending(bought, shares, { referrerId: referrer, referralAccount: 'earnings' }));
    expect([await earnings(referrer), await debt(referrer)]).toEqual([20, 0]);
    expect([await balance(db(), student, 'credits'), await debt(student)]).toEqual([0, 0]);
    expect((await saidOf(referrer)).at(-1)?.data).toMatchObject({ cause: 'referral' });
    expect((await saidOf(student)).at(-1)?.data).toMatchObject({ cause: 'refund' });
  });

  test('written off in part is what is left, and losses bear it', async () => {
    const id = await user(db());
    await take(id, 500);
    await giveUp(id, 200);
    expect(await debt(id)).toBe(-300);
    await giveUp(id);
    expect(await debt(id)).toBe(0);
    await expect(giveUp(id)).rejects.toThrow('no-debt');
    expect((await saidOf(id)).at(-1)?.data).toEqual({ userId: id, amount: usd(300), cause: 'write-off' });
    expect((await emitted(db(), walletAudited)).at(-1)?.data).toMatchObject({
      ...{ actor: byHand.actorId, action: 'wallet.write-off', target: id, reason: 'because' },
    });
  });
});

describe('at once', () => {
  /** Lessons of one teacher, each ended in a batch of its own, while he is told that he owes. */
  test('whatever meets whatever, a first debt and credits never pass each other', async () => {
    for (let round = 0; round < 25; round += 1) {
      const teacher = await user(db(), round % 2 === 0 ? {} : { earnings: 1 });
      const holds = await Promise.all(Array.from({ length: 4 }, () => held(teacher, 100)));
      await Promise.all([
        take(teacher, 250),
        ...holds.map((one) => send(db(), ending(one, { teacher: 100 }))),
        adjust(db(), { userId: teacher, amount: 10, account: 'credits' }),
      ]);
      const credits = await balance(db(), teacher, 'credits');
      expect((await earnings(teacher)) + credits + (await debt(teacher))).toBe(160 + (round % 2));
    }
  });

  test('ten write-offs of one debt give it up once', async () => {
    const id = await user(db());
    await take(id, 500);
    const done = await Promise.allSettled(Array.from({ length: 10 }, () => giveUp(id)));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await debt(id)).toBe(0);
  });

  test('batches that credit the same debtors in other orders do not deadlock', async () => {
    const teachers = await Promise.all(Array.from({ length: 5 }, () => user(db())));
    for (const one of teachers) await take(one, 700);
    const batches: Envelope[][] = [];
    for (let n = 0; n < 6; n += 1) {
      const order = [...teachers.slice(n % 5), ...teachers.slice(0, n % 5)];
      const bought = await Promise.all((n % 2 === 0 ? order : order.reverse()).map((one) => held(one, 200)));
      batches.push(bought.map((one) => ending(one, { teacher: 200 })));
    }
    await Promise.all(batches.map((batch) => send(db(), ...batch)));
    for (const one of teachers) expect([await earnings(one), await debt(one)]).toEqual([500, 0]);
  });
});

test('the database refuses a credit beside a debt that is left alone', async () => {
  const id = await user(db(), { earnings: 5 });
  await take(id, 500);
  const account = async (kind: string, owner: string | null) =>
    (await db()('accounts').where({ kind, owner_id: owner, currency: 'USD' }).first('id'))?.id;
  const [earned, adjustments] = [await account('earnings', id), await account('adjustments', null)];
  const entry = newId();
  const pay = db().raw(
    `with e as (insert into entries (id, type, reference_type, reference_id, at)
                values (:entry, 'admin_credit', 'adjustment', :entry, now())),
          t as (insert into transactions (account_id, id, entry_id, type, amount, balance_before, balance_after, at)
                values (:earned, :entry, :entry, 'admin_credit', 7, 0, 7, now()))
     insert into transfers (entry_id, n, from_account, to_account, amount) values (:entry, 1, :adjustments, :earned, 7)`,
    { entry, earned, adjustments },
  );
  await expect(pay).rejects.toThrow(/repays its owner's debt first/);
});

const amount = fc.integer({ min: 1, max: 1500 });
const shares = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map(([t, c, f]) => (of: number): Shares => {
  const whole = t + c + f || 1;
  const [teacher, commission] = [Math.floor((of * t) / whole), Math.floor((of * c) / whole)];
  return { teacher, commission, refund: of - teacher - commission };
});
const step = fc.oneof(
  fc.record({ kind: fc.constant('deposit' as const), amount, teacher: fc.boolean(), promo: fc.boolean() }),
  fc.record({ kind: fc.constant('buy' as const), amount, shares }),
  fc.record({ kind: fc.constant('correct' as const), at: fc.nat(), shares }),
  fc.record({ kind: fc.constant('claw-back' as const), amount, teacher: fc.boolean() }),
  fc.record({ kind: fc.constant('write-off' as const), teacher: fc.boolean() }),
);

test('after any sequence of deposits, purchases, endings, corrections, clawbacks and write-offs the books are right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const [student, teacher] = [await user(db()), await user(db())];
      const ended: { bought: ReturnType<typeof purchase>; of: number; last: Shares; version: number }[] = [];
      for (const one of steps) {
        const userId = 'teacher' in one && one.teacher ? teacher : student;
        if (one.kind === 'deposit')
          await adjust(db(), { userId, amount: one.amount, account: one.promo ? 'promo' : 'credits' });
        else if (one.kind === 'claw-back') await take(userId, one.amount);
        else if (one.kind === 'write-off') await giveUp(userId).catch(() => undefined);
        else if (one.kind === 'buy') {
          const bought = purchase(student, [one.amount], { teacherId: teacher });
          await send(db(), bought);
          const [last, there] = [
            one.shares(one.amount),
            await db()('holds').where({ id: bought.data.holds[0]!.holdId }),
          ];
          if (there.length === 0) continue;
          await send(db(), ending(bought, last));
          ended.push({ bought, of: one.amount, last, version: 1 });
        } else if (ended.length > 0) {
          const hold = ended[one.at % ended.length]!;
          const to = one.shares(hold.of);
          await send(db(), correction(hold.bought, [hold.last, to], { version: hold.version + 1 }));
          Object.assign(hold, { last: to, version: hold.version + 1 });
        }
      }
      expect(await brokenInvariants(db())).toEqual({});
    }),
    { seed: 20_261_126, numRuns: 25 },
  );
});
