/** What goes back to the card of the money that a period was paid with: given up where it was not spent, else owed. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { debtOpened, debtRepaid } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { again, deposit } from './cards.js';
import { balance, brokenInvariants, ending, migrations, send, usd } from './fixtures.js';
import {
  cancelled,
  lessons,
  paid,
  platformHolds,
  type Subscribed,
  subscribed,
  takingOf,
} from './subscribing.js';

let test_: TestDatabase;
let who: Subscribed;
const db = () => test_.db;
beforeEach(async () => {
  test_ = await testDatabase(migrations);
  who = subscribed();
});
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
  await test_.close();
});

const taking = (by: 'refund' | 'dispute', amount: number, n = 0) => takingOf(who, by, amount, n);
const holds = () => platformHolds(db());
const own = async () => [await balance(db(), who.userId, 'credits'), await balance(db(), who.userId, 'debt')];
const RELEASED = { teacher: 700, commission: 300 };

test.each(['refund', 'dispute'] as const)(
  'by %s, of one that nothing was booked in, it is given up once, and owed by nobody',
  async (by) => {
    const { back } = taking(by, 4000);
    await send(db(), paid(who, 0, 4000), back, again(back));
    await send(db(), again(back));
    expect(await holds()).toEqual({});
    expect(await own()).toEqual([0, 0]);
    await send(db(), cancelled(who, 0));
    expect(await holds()).toEqual({});
  },
);

test('what was spent on lessons is taken of the credits there are, and the rest is owed', async () => {
  const { bought, reserved } = lessons(who, 0, [1000, 1000]);
  await send(db(), deposit({ paymentId: newId(), userId: who.userId }, 600), paid(who, 0, 4000), reserved);
  await send(db(), ending(bought, RELEASED));
  const { back } = taking('dispute', 4500); // with the bank's costs
  await send(db(), back);
  expect(await holds()).toEqual({ 'card-clearing': -100, escrow: 1000, commission: 300 });
  expect(await own()).toEqual([0, -1900]);
  expect((await emitted(db(), debtOpened)).map(({ data }) => data)).toEqual([
    { userId: who.userId, amount: usd(1900), cause: 'chargeback' },
  ]);
});

test('what came again is where it was: the period’s and the student’s, whose debt it repays', async () => {
  const { reserved } = lessons(who, 0, [1000]);
  const dispute = taking('dispute', 4000);
  await send(db(), paid(who, 0, 4000), reserved, dispute.back);
  expect(await own()).toEqual([0, -1000]);
  await send(db(), dispute.again, again(dispute.again));
  expect(await holds()).toEqual({ 'card-clearing': -4000, 'subscription-deferred': 3000, escrow: 1000 });
  expect(await own()).toEqual([0, 0]);
  expect((await emitted(db(), debtRepaid)).map(({ data }) => data.cause)).toEqual(['chargeback']);
});

test('of a period that is over it is given up of what was earned of it, and earned again when it comes again', async () => {
  const [early, late] = [taking('refund', 1000), taking('refund', 4000)];
  await send(db(), paid(who, 0, 4000), lessons(who, 0, [500]).reserved, early.back, paid(who, 1, 3000));
  expect(await holds()).toMatchObject({ revenue: 2500, 'subscription-deferred': 3000 });
  await send(db(), late.back);
  expect(await holds()).toMatchObject({ 'subscription-deferred': 3000, 'card-clearing': -2000 });
  expect((await holds()).revenue).toBeUndefined();
  expect(await own()).toEqual([0, -1500]); // 500 of a lesson, and 1000 that were given back before
  await send(db(), early.again);
  expect(await holds()).toMatchObject({ revenue: 1000 });
  await send(db(), late.again);
  expect(await holds()).toMatchObject({ revenue: 3500, 'card-clearing': -7000 });
  expect(await own()).toEqual([0, 0]);
});

test('what comes before its period, or before what it undoes, waits', async () => {
  const { back, again: undone } = taking('refund', 4000);
  expect(Object.values(await send(db(), back))).toEqual(['notYet']);
  await send(db(), paid(who, 0, 4000));
  expect(Object.values(await send(db(), undone))).toEqual(['notYet']);
  await send(db(), again(back), again(undone));
  expect(await holds()).toEqual({ 'card-clearing': -4000, 'subscription-deferred': 4000 });
});

test('said by ten batches at once it is taken once, beside lessons that take of the same period', async () => {
  await send(db(), paid(who, 0, 4000));
  const { back } = taking('dispute', 4000);
  const booked = Array.from({ length: 5 }, () => lessons(who, 0, [400]));
  const rivals = [
    ...Array.from({ length: 10 }, () => again(back)),
    ...booked.map(({ reserved }) => reserved),
  ];
  await Promise.all(rivals.map((event) => send(db(), event)));
  const { escrow, promotions = 0 } = await holds();
  const [credits, debt] = await own();
  expect([escrow, credits]).toEqual([2000, 0]);
  expect(debt! + promotions).toBe(-2000); // whichever came first, no lesson is paid twice
}, 30_000);

test.each([
  [
    'takings are counted by hand',
    'update subscription_periods set taken = taken + 1',
    'lessons alone spend it',
  ],
  ['revenue is given up by hand', 'update subscription_periods set unearned = 1', 'lessons alone spend it'],
  ['a taking is changed', 'update period_takings set amount = amount + 1', 'only ever added to'],
  [
    'more goes back of a period than it has',
    `insert into period_takings (kind, id, subscription_id, starts_at, user_id, amount, of_period, of_revenue, entry_id, at)
     select 'refund', gen_random_uuid(), subscription_id, starts_at, user_id, 5000, 4001, 0, gen_random_uuid(), at
       from period_takings`,
    'subscription_periods_rest',
  ],
])('the database refuses that %s', async (_what, harm, words) => {
  await send(db(), paid(who, 0, 5000), taking('refund', 1000).back);
  await expect(db().raw(harm)).rejects.toThrow(words);
});

test('whatever is booked, settled, taken and given back in whatever order, what went to the card is given up or owed', async () => {
  const step = fc.record({
    kind: fc.constantFrom('book', 'release', 'refund', 'take', 'dispute', 'undo', 'renew', 'over'),
    amount: fc.integer({ min: 1, max: 3000 }),
    which: fc.nat(4),
    twice: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      who = subscribed();
      let months = 1;
      await send(db(), paid(who, 0, 4000));
      const booked: ReturnType<typeof lessons>['bought'][] = [];
      const taken: ReturnType<typeof taking>[] = [];
      const before = await holds();
      for (const { kind, amount, which, twice } of steps) {
        const event = eventOf(kind, amount, which);
        if (event !== undefined) await send(db(), event, ...(twice ? [again(event)] : []));
      }
      expect(await brokenInvariants(db())).toEqual({});
      const { rows } = await db().raw(
        `select coalesce(sum(case when kind in ('refund', 'dispute') then amount else -amount end), 0)::int as back
           from period_takings where user_id = ?`,
        [who.userId],
      );
      const clearing = (await holds())['card-clearing']! - before['card-clearing']!;
      expect(clearing).toBe(rows[0].back - (months - 1) * 4000);

      function eventOf(kind: string, amount: number, which: number): Envelope | undefined {
        const bought = booked[which % (booked.length || 1)];
        if (kind === 'book') {
          const one = lessons(who, months - 1, [amount]);
          booked.push(one.bought);
          return one.reserved;
        }
        if (kind === 'take' || kind === 'dispute') {
          const by = kind === 'take' ? 'refund' : 'dispute';
          return taken[taken.push(taking(by, amount, which % months)) - 1]?.back;
        }
        if (kind === 'undo') return taken[which % (taken.length || 1)]?.again;
        if (kind === 'renew') return paid(who, months++, 4000);
        if (kind === 'over') return cancelled(who, months - 1);
        const price = bought?.data.holds[0]?.amount.amount ?? 0;
        if (bought === undefined) return undefined;
        return ending(bought, kind === 'refund' ? { refund: price } : { teacher: price });
      }
    }),
    { numRuns: 30 },
  );
}, 120_000);
