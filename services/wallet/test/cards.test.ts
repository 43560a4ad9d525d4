/** Payments by card: what comes in once, what may go back, and what is owed when it was gone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import {
  creditsDeposited,
  debtOpened,
  debtRepaid,
  refundRefused,
  refundReserved,
} from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { transactionsOf } from '../src/queries/transactions.js';
import {
  again,
  askRefund,
  close,
  deposit,
  dispute,
  failRefund,
  paidBy,
  refundedHere,
  refundedThere,
} from './cards.js';
import { balance, brokenInvariants, migrations, purchase, send, usd, user } from './fixtures.js';

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
});

const credits = (id: string) => balance(db(), id, 'credits');
const debt = (id: string) => balance(db(), id, 'debt');
const ofUser = <Data extends { userId: string }>(events: Envelope<Data>[], userId: string) =>
  events.filter(({ data }) => data.userId === userId).map(({ data }) => data);

describe('a payment that succeeded', () => {
  test('is credits once, however often it is said and by whatever event, and is said each time', async () => {
    const paid = paidBy(await user(db()));
    const said = deposit(paid, 2500);
    await send(db(), said, again(said));
    await send(db(), said, again(said));
    expect(await credits(paid.userId)).toBe(2500);
    const told = ofUser(await emitted(db(), creditsDeposited), paid.userId);
    expect(told).toEqual(Array(3).fill({ ...paid, purpose: 'topup', amount: usd(2500) }));
  });

  test('is credits once when five batches say it at once', async () => {
    const paid = paidBy(await user(db()));
    const said = deposit(paid, 900);
    await Promise.all(Array.from({ length: 5 }, () => send(db(), again(said))));
    expect(await credits(paid.userId)).toBe(900);
  });

  test('repays a debt before anything else', async () => {
    const paid = paidBy(await user(db()));
    await send(db(), dispute(paid, 700));
    await send(db(), deposit(paid, 1000));
    expect([await credits(paid.userId), await debt(paid.userId)]).toEqual([300, 0]);
    const opened = ofUser(await emitted(db(), debtOpened), paid.userId);
    const repaid = ofUser(await emitted(db(), debtRepaid), paid.userId);
    expect([opened, repaid]).toMatchObject([[{ cause: 'chargeback' }], [{ cause: 'deposit' }]]);
  });

  test('is shown to its payer as what it is', async () => {
    const paid = paidBy(await user(db()));
    await send(db(), deposit(paid, 1000));
    const { data } = await transactionsOf(db(), paid.userId, { limit: 5 });
    expect(data).toMatchObject([
      {
        type: 'deposit',
        amount: 1000,
        referenceType: 'payment',
        referenceId: paid.paymentId,
        description: 'Paid in by card',
      },
    ]);
  });
});

describe('a refund', () => {
  test('takes back what is still there, and is refused with what there is when more was spent', async () => {
    const paid = paidBy(await user(db()));
    await send(db(), deposit(paid, 2000));
    await send(db(), purchase(paid.userId, [1500]));
    const [tooMuch, right] = [askRefund(paid, 501), askRefund(paid, 500)];
    await send(db(), tooMuch, right, again(tooMuch));
    expect(await credits(paid.userId)).toBe(0);
    const refused = ofUser(await emitted(db(), refundRefused), paid.userId);
    expect(refused.map(({ refundId, possible }) => [refundId, possible])).toEqual([
      [tooMuch.data.refundId, usd(500)],
      [tooMuch.data.refundId, usd(500)],
    ]);
    const reserved = ofUser(await emitted(db(), refundReserved), paid.userId);
    expect(reserved).toMatchObject([{ refundId: right.data.refundId, amount: usd(500) }]);
  });

  test('asked for before its payment is credits waits for them', async () => {
    const paid = paidBy(await user(db(), { credits: 9000 }));
    const asked = askRefund(paid, 100);
    expect(await send(db(), asked)).toEqual({ [asked.id]: 'notYet' });
    expect(await credits(paid.userId)).toBe(9000);
  });

  test('that failed gives the credits back, once; one that was refused has nothing to give back', async () => {
    const paid = paidBy(await user(db()));
    const [asked, refused] = [askRefund(paid, 400), askRefund(paid, 4000)];
    await send(db(), deposit(paid, 1000), asked, refused);
    const failed = failRefund(paid, 400, asked.data.refundId);
    await send(db(), failed, again(failed), failRefund(paid, 4000, refused.data.refundId));
    expect(await credits(paid.userId)).toBe(1000);
  });

  test('that failed before it was asked for waits', async () => {
    const paid = paidBy(await user(db()));
    const early = failRefund(paid, 400);
    expect(await send(db(), early)).toEqual({ [early.id]: 'notYet' });
  });

  test('that was made here moves nothing when the provider has made it', async () => {
    const paid = paidBy(await user(db()));
    const asked = askRefund(paid, 400);
    await send(db(), deposit(paid, 1000), asked, refundedHere(paid, 400, asked.data.refundId));
    expect(await credits(paid.userId)).toBe(600);
  });

  test('that nobody here asked for takes what is there, and the rest is owed', async () => {
    const paid = paidBy(await user(db()));
    const there = refundedThere(paid, 1000);
    await send(db(), deposit(paid, 1000), purchase(paid.userId, [800]), there, again(there));
    expect([await credits(paid.userId), await debt(paid.userId)]).toEqual([0, -800]);
    const opened = ofUser(await emitted(db(), debtOpened), paid.userId);
    expect(opened).toEqual([{ userId: paid.userId, amount: usd(800), cause: 'card-refund' }]);
  });

  test('of two at once for the same credits one is refused', async () => {
    const paid = paidBy(await user(db()));
    await send(db(), deposit(paid, 1000));
    await Promise.all([send(db(), askRefund(paid, 600)), send(db(), askRefund(paid, 600))]);
    expect(await credits(paid.userId)).toBe(400);
    const refused = ofUser(await emitted(db(), refundRefused), paid.userId);
    expect(refused).toMatchObject([{ possible: usd(400) }]);
  });
});

describe('a dispute', () => {
  test('takes the credits back, what is spent is owed, and one that is won returns all of it', async () => {
    const paid = paidBy(await user(db()));
    const opened = dispute(paid, 1300); // larger than the payment, by the bank's fee
    await send(db(), deposit(paid, 1000), purchase(paid.userId, [300]), opened, again(opened));
    expect([await credits(paid.userId), await debt(paid.userId)]).toEqual([0, -600]);
    const won = close(paid, 1300, opened.data.disputeId, true);
    await send(db(), won, again(won));
    expect([await credits(paid.userId), await debt(paid.userId)]).toEqual([700, 0]);
  });

  test('that is lost changes nothing more', async () => {
    const paid = paidBy(await user(db()));
    const opened = dispute(paid, 1000);
    await send(db(), deposit(paid, 1000), opened, close(paid, 1000, opened.data.disputeId, false));
    expect([await credits(paid.userId), await debt(paid.userId)]).toEqual([0, 0]);
  });

  test('that is won before it was heard of waits', async () => {
    const paid = paidBy(await user(db()));
    const early = close(paid, 10, newId(), true);
    expect(await send(db(), early)).toEqual({ [early.id]: 'notYet' });
  });
});

test('whatever is paid, refunded, failed, disputed and said twice in whatever order: credits and debt add up', async () => {
  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom('buy', 'ask', 'fail', 'there', 'dispute', 'win', 'lose'),
      amount: fc.integer({ min: 1, max: 1500 }),
      which: fc.nat(5),
      twice: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, late) => {
      const paid = paidBy(await user(db()));
      const first = deposit(paid, 1000);
      if (!late) await send(db(), first);
      const asked: ReturnType<typeof askRefund>[] = [];
      const disputes: ReturnType<typeof dispute>[] = [];
      for (const { kind, amount, which, twice } of all) {
        const event = eventOf(kind, amount, which);
        if (event !== undefined) await send(db(), event, ...(twice ? [again(event)] : []));
      }
      await send(db(), first, again(first));
      const { rows } = await db().raw(
        `select coalesce(sum(case when kind in ('refund', 'dispute') then -amount else amount end), 0)::int as moved
           from card_movements where user_id = ? and entry_id is not null`,
        [paid.userId],
      );
      const { rows: spent } = await db().raw(
        'select coalesce(sum(amount), 0)::int as spent from holds where student_id = ?',
        [paid.userId],
      );
      const [has, owes] = [await credits(paid.userId), await debt(paid.userId)];
      expect(has + owes + spent[0].spent).toBe(rows[0].moved); // owed money is below 0
      expect(has > 0 && owes < 0).toBe(false);

      function eventOf(kind: string, amount: number, which: number): Envelope | undefined {
        const refund = asked[which % (asked.length || 1)];
        const open = disputes[which % (disputes.length || 1)];
        if (kind === 'buy') return purchase(paid.userId, [amount]);
        if (kind === 'there') return refundedThere(paid, amount);
        if (kind === 'ask') return asked[asked.push(askRefund(paid, amount)) - 1];
        if (kind === 'dispute') return disputes[disputes.push(dispute(paid, amount)) - 1];
        if (kind === 'fail')
          return refund && failRefund(paid, refund.data.amount.amount, refund.data.refundId);
        return open && close(paid, open.data.amount.amount, open.data.disputeId, kind === 'win');
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
