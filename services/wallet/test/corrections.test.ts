import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { holdPaid } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase, token } from '@rollcall/kit/testing';
import fc from 'fast-check';
import request from 'supertest';
import { routes } from '../src/routes.js';
import {
  adjust,
  balance,
  brokenInvariants,
  config,
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

const RELEASED: Shares = { teacher: 700, commission: 300 };
const REFUNDED: Shares = { refund: 1000 };
const SPLIT: Shares = { teacher: 350, commission: 150, refund: 500 };

const again = <E extends { id: string }>(event: E): E => ({ ...event, id: newId() });
const paidOf = async (holdId: string) =>
  (await emitted(db(), holdPaid)).filter(({ subject }) => subject === holdId).map(({ data }) => data);
const correctionsOf = (holdId: string) => db()('hold_corrections').where({ hold_id: holdId });

/** A hold of 10.00, 4.00 of it promo, that ended like this. */
async function ended(shares: Shares) {
  const student = await user(db(), { credits: 600, promo: 400 });
  const bought = purchase(student, [1000]);
  const { teacherId } = bought.data;
  await send(db(), bought, ending(bought, shares));
  const holdId = bought.data.holds[0]!.holdId;
  const balances = async () => ({
    earnings: await balance(db(), teacherId, 'earnings'),
    teacherOwes: await balance(db(), teacherId, 'debt'),
    credits: await balance(db(), student, 'credits'),
    promo: await balance(db(), student, 'promo'),
    studentOwes: await balance(db(), student, 'debt'),
  });
  return { student, bought, teacherId, holdId, balances };
}

const spend = (owner: string, account: 'earnings' | 'credits' | 'promo', amount: number) =>
  adjust(db(), { userId: owner, account, amount, direction: 'debit' });

describe('a correction', () => {
  test.each<[string, Shares, Shares, object]>([
    ['released, now refunded', RELEASED, REFUNDED, { earnings: 0, credits: 600, promo: 400 }],
    ['refunded, now released', REFUNDED, RELEASED, { earnings: 700, credits: 0, promo: 0 }],
    ['released, now split', RELEASED, SPLIT, { earnings: 350, credits: 500, promo: 0 }],
    ['split, now refunded', SPLIT, REFUNDED, { earnings: 0, credits: 600, promo: 400 }],
  ])('of a hold %s, moves the difference once', async (_rule, from, to, expected) => {
    const { bought, holdId, balances } = await ended(from);
    const corrected = correction(bought, [from, to]);
    await send(db(), corrected);
    expect(await balances()).toEqual({ teacherOwes: 0, studentOwes: 0, ...expected });
    const [, said] = await paidOf(holdId);
    const all = { teacher: 0, commission: 0, referral: 0, refund: 0, ...to };
    expect(said).toMatchObject({
      decisionVersion: 2,
      ...{ teacher: usd(all.teacher), commission: usd(all.commission), refund: usd(all.refund) },
    });

    await send(db(), again(corrected));
    expect(await balances()).toEqual({ teacherOwes: 0, studentOwes: 0, ...expected });
    expect((await paidOf(holdId))[2]).toEqual(said);
    expect(await correctionsOf(holdId)).toHaveLength(1);
  });

  test('takes from a teacher who was paid out already what is there, and the rest is debt', async () => {
    const { bought, teacherId, balances } = await ended(RELEASED);
    await db()('known_users').insert({ id: teacherId, heard_at: new Date() });
    await spend(teacherId, 'earnings', 450);
    await send(db(), correction(bought, [RELEASED, REFUNDED]));
    expect(await balances()).toEqual({
      ...{ earnings: 0, teacherOwes: -450, credits: 600, promo: 400, studentOwes: 0 },
    });
  });

  test('takes from a student who spent the refund what is there, and the rest is debt', async () => {
    const { bought, student, balances } = await ended(REFUNDED);
    await spend(student, 'credits', 500);
    await spend(student, 'promo', 400);
    await send(db(), correction(bought, [REFUNDED, RELEASED]));
    expect(await balances()).toEqual({
      ...{ earnings: 700, teacherOwes: 0, credits: 0, promo: 0, studentOwes: -900 },
    });
  });

  test('corrected in its turn comes to the last word, in one micro-batch or two', async () => {
    for (const together of [true, false]) {
      const { bought, holdId, balances } = await ended(RELEASED);
      const corrections = [
        correction(bought, [RELEASED, REFUNDED]),
        correction(bought, [REFUNDED, RELEASED], { version: 3 }),
      ];
      if (together) await send(db(), ...corrections.reverse());
      else for (const one of corrections) await send(db(), one);
      expect(await balances()).toMatchObject({ earnings: 700, credits: 0, promo: 0 });
      expect(await correctionsOf(holdId)).toHaveLength(2);
    }
  });

  test('heard before what it corrects waits, and is made when that has come', async () => {
    const student = await user(db(), { credits: 1000 });
    const bought = purchase(student, [1000]);
    const [second, third] = [
      correction(bought, [RELEASED, REFUNDED]),
      correction(bought, [REFUNDED, SPLIT], { version: 3 }),
    ];
    expect(await send(db(), second)).toEqual({ [second.id]: 'notYet' });
    await send(db(), bought);
    expect(await send(db(), second)).toEqual({ [second.id]: 'duplicate' });
    const held = again(second);
    expect(await send(db(), held)).toEqual({ [held.id]: 'notYet' });
    await send(db(), ending(bought, RELEASED));
    expect(await send(db(), third)).toEqual({ [third.id]: 'notYet' });
    const [next, last] = [again(second), again(third)];
    expect(await send(db(), next, last)).toEqual({ [next.id]: 'done', [last.id]: 'done' });
    expect(await balance(db(), student, 'credits')).toBe(500);
  });

  test('told to many replicas at once is made once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { bought, holdId, balances } = await ended(RELEASED);
      const corrected = correction(bought, [RELEASED, REFUNDED]);
      await Promise.all(Array.from({ length: 5 }, () => send(db(), again(corrected))));
      expect(await correctionsOf(holdId)).toHaveLength(1);
      expect(await balances()).toMatchObject({ earnings: 0, credits: 600, promo: 400 });
      expect(await paidOf(holdId)).toHaveLength(6);
    }
  });

  test('of another standing than there is moves nothing', async () => {
    const { bought, holdId, balances } = await ended(RELEASED);
    const before = await balances();
    await expect(send(db(), correction(bought, [SPLIT, REFUNDED]))).rejects.toThrow('another standing');
    expect([await balances(), await correctionsOf(holdId)]).toEqual([before, []]);
  });

  test('is seen by both sides for what it is, with the figures it rests on', async () => {
    const { bought, teacherId, student, holdId } = await ended(RELEASED);
    await send(db(), correction(bought, [RELEASED, REFUNDED]));
    const app = await testApp(routes({ db: db(), config }));
    const see = async (id: string, path: string) => {
      const bearer = await token({ id, roles: ['student'] });
      return (await request(app).get(`/api/v1${path}`).set('authorization', `Bearer ${bearer}`)).body;
    };
    const { data } = await see(teacherId, '/wallet/transactions?limit=2');
    expect(data).toMatchObject([
      { type: 'commission', amount: 300, description: 'Commission of a session, corrected' },
      {
        ...{ type: 'payment_release', amount: -700, balanceBefore: 700, balanceAfter: 0 },
        ...{ description: 'Taken back for a session, corrected', metadata: { holdId, platformFee: 0 } },
      },
    ]);
    expect((await see(student, '/wallet/transactions?limit=1')).data).toMatchObject([
      { type: 'refund', amount: 400, account: 'promo', description: 'Given for a session, corrected' },
    ]);
    expect((await see(teacherId, '/wallet')).earnings).toMatchObject({
      available: usd(0),
      totalEarned: usd(0),
    });
  });
});

test('after any sequence of corrections escrow holds nothing of the hold and everybody has what the last one says', async () => {
  const shares = fc
    .record({ refund: fc.nat(1000), rate: fc.nat(100), share: fc.nat(100) })
    .map(({ refund, rate, share }) => {
      const side = 1000 - refund;
      const kept = Math.floor((side * rate) / 100);
      const referral = Math.floor((kept * share) / 100);
      return { teacher: side - kept, commission: kept - referral, referral, refund };
    });
  const referral = { referralAccount: 'earnings' as const };
  await fc.assert(
    fc.asyncProperty(
      fc.array(shares, { minLength: 2, maxLength: 5 }),
      fc.nat(700),
      async (standings, spent) => {
        const more = { ...referral, referrerId: newId() };
        const student = await user(db(), { credits: 600, promo: 400 });
        const bought = purchase(student, [1000]);
        const [first] = standings as [Shares];
        await send(db(), bought, ending(bought, first, more));
        const gone = Math.min(spent, await balance(db(), student, 'credits'));
        if (gone > 0) await spend(student, 'credits', gone);
        for (const [index, to] of standings.entries())
          if (index > 0) {
            const event = correction(bought, [standings[index - 1]!, to], { version: index + 1, ...more });
            await send(db(), event, again(event));
          }
        expect(await brokenInvariants(db())).toEqual({});
        const last = standings.at(-1)!;
        const { teacherId } = bought.data;
        const net = async (owner: string, ...kinds: string[]) => {
          let sum = 0;
          for (const kind of kinds) sum += await balance(db(), owner, kind);
          return sum;
        };
        expect(await net(teacherId, 'earnings', 'debt')).toBe(last.teacher);
        expect(await net(more.referrerId, 'earnings', 'debt')).toBe(last.referral);
      },
    ),
    { seed: 20_261_120, numRuns: 30 },
  );
});

describe('the database refuses by itself', () => {
  const insert = (holdId: string, columns: object) =>
    db()('hold_corrections').insert({
      ...{ hold_id: holdId, decision_version: 2, entry_id: newId(), amount: 1000, currency: 'USD' },
      ...{ teacher: 0, commission: 0, referral: 0, refund: 1000, to_promo: 400, to_credits: 600 },
      ...{ reason: 'attended', commission_rate: 0, corrected_at: new Date(), ...columns },
    });

  test.each<[string, object, RegExp]>([
    ['a correction that skips a decision', { decision_version: 3 }, /follows the ending/],
    ['one that does not share out the hold', { refund: 900, to_credits: 500 }, /hold_corrections_sum/],
    ['one of another amount', { amount: 900, refund: 900, to_credits: 500 }, /needs its hold, its amount/],
    [
      'one that gives back more promo than came',
      { to_promo: 500, to_credits: 500 },
      /more than came from it/,
    ],
    ['a share below zero', { teacher: -1, refund: 1001, to_credits: 601 }, /teacher_check/],
  ])('%s', async (_what, columns, message) => {
    const { holdId } = await ended(RELEASED);
    await expect(insert(holdId, columns)).rejects.toThrow(message);
  });

  test('the same correction twice, a changed one and a deleted one', async () => {
    const { bought, holdId } = await ended(RELEASED);
    await send(db(), correction(bought, [RELEASED, REFUNDED]));
    await expect(insert(holdId, {})).rejects.toThrow(/hold_corrections_pkey/);
    await expect(db()('hold_corrections').update({ reason: 'admin' })).rejects.toThrow(/only ever added to/);
    await expect(db()('hold_corrections').delete()).rejects.toThrow(/only ever added to/);
  });
});
