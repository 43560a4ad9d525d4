/** The provider's books against the ledger: the real SDK, the stand-in, and differences that are made on purpose. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Reconciliation, ReconciliationDifference } from '@rollcall/contracts/api/reconciliation';
import { newId } from '@rollcall/kit/id';
import { workOf } from '@rollcall/kit/testing';
import { lastReconciliation } from '../src/queries/reconciliation.js';
import { askForDays, askReconciliation } from '../src/use-cases/ask-reconciliation.js';
import { reconcileDue } from '../src/use-cases/reconcile.js';
import { type Books, openBooks } from './books.js';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
/** The stand-in's things happen now, and the clock of who compares is an hour ahead. */
const period = () => ({ from: ago(60), to: ago(-10) });

const ask = (given: { from?: string; to?: string; day?: string } = period()) =>
  workOf(
    books.db,
    (work) => askReconciliation(work, { ...given, reason: 'a test', askedBy: newId() }, 900),
    books.clock(),
  );
const last = () => lastReconciliation(books.db, { limit: 200 });

async function compared(
  given = period(),
): Promise<{ run: Reconciliation; data: ReconciliationDifference[] }> {
  await ask(given);
  await books.read();
  expect(await reconcileDue(books.auditor)).toBe(true);
  const { run, data } = await last();
  expect(run).toMatchObject({ status: 'done', failure: null, differenceCount: data.length });
  return { run: run!, data };
}
const usd = (amount: number) => ({ amount, currency: 'USD' });

describe('equal books', () => {
  test('have no difference, whatever became of payments, refunds and disputes', async () => {
    const payment = await books.paid(2500);
    await books.paid(9000);
    await books.refunded(payment, 600);
    const failed = await books.refunded(payment, 300);
    books.cards.control['end-refund']({ refund: failed.ref, status: 'failed' });
    await books.write({ reference: failed.reference, type: 'refund', amount: 300 });
    const lost = await books.disputed(await books.paid(1000), 1500); // more than the payment
    books.cards.control['close-dispute']({ dispute: lost.ref, outcome: 'lost' });
    const won = await books.disputed(await books.paid(900), 900);
    books.cards.control['close-dispute']({ dispute: won.ref, outcome: 'won' });
    await books.write({ reference: won.reference, type: 'chargeback', amount: 900 });
    books.cards.control.dispute({ paymentIntent: (await books.paid(700)).ref, inquiry: true });
    books.cards.control.payout({ currency: 'usd' });
    const { run, data } = await compared();
    expect(data).toEqual([]);
    expect(run).toMatchObject({ movements: 11, tries: 1 });
    expect(await books.db('reconciliation_objects')).toEqual([]);
  });

  test('of many pages are equal, too', async () => {
    for (let n = 0; n < 110; n += 1) await books.paid(1000 + n);
    const { run, data } = await compared();
    expect([data, run.objects, run.movements]).toEqual([[], 110, 110]);
  }, 60_000);

  test('are those of a refund the provider refused and the ledger put back', async () => {
    const payment = await books.paid();
    const id = newId();
    await books.write(
      { reference: `card-refund:${id}`, type: 'refund', amount: -400 },
      { reference: `card-refund:${id}`, type: 'refund', amount: 400 },
    );
    expect(payment.reference).toMatch(/^payment:/);
    expect((await compared()).data).toEqual([]);
  });
});

describe('of subscriptions', () => {
  test('periods, and what goes back of them, are equal, those of many subscriptions and months too', async () => {
    const one = await books.subscribed();
    await books.subscribed(4000);
    await books.takenBack('refund', one, { amount: 1000 });
    await books.takenBack('dispute', await books.subscribed(5000), { amount: 6500 });
    const failed = await books.takenBack('refund', one, { amount: 300 });
    books.cards.control['end-refund']({ refund: failed.ref, status: 'failed' });
    await books.write({ reference: failed.reference, type: 'refund', amount: 300 });
    expect((await compared()).data).toEqual([]);
  });

  test('a charge of one that the ledger has not, or with another amount, is found', async () => {
    const forgotten = await books.subscribed(4000, { known: false });
    const other = await books.subscribed(5000, { known: false });
    await books.write({ reference: other.reference, type: 'subscription', amount: 5100 });
    const { data } = await compared();
    expect(
      data.map(({ kind, providerRef, reference, there }) => [kind, providerRef, reference, there]),
    ).toEqual(
      expect.arrayContaining([
        ['missing-here', forgotten.charge, forgotten.reference, usd(4000)],
        ['missing-here', other.charge, other.reference, usd(5000)],
      ]),
    );
  });

  test('a period that the ledger has and the provider was never paid for is found, on whatever page it comes', async () => {
    const lone = await books.subscribed(4000, { uncharged: 1 });
    await books.write({ reference: lone.reference, type: 'subscription', amount: 4000 });
    // More periods than are read at once, all of them of one reference.
    const many = await books.subscribed(3000, { uncharged: 130 });
    const { data } = await compared();
    const missing = data.filter(({ kind }) => kind === 'missing-there').map(({ reference }) => reference);
    expect(missing).toContain(lone.reference);
    expect(missing.filter((reference) => reference === many.reference)).toHaveLength(130);
  }, 60_000);

  test('a refund of one, of which no webhook came, and one that the ledger has not, are found', async () => {
    const one = await books.subscribed();
    const { id } = books.cards.control.refund({ paymentIntent: one.payment, amount: 700 });
    const heard = await books.takenBack('refund', one, { amount: 800, known: false });
    const { data } = await compared();
    expect(
      data.map(({ kind, providerRef, reference, there }) => [kind, providerRef, reference, there]).sort(),
    ).toEqual(
      [
        ['missing-here', id, null, usd(-700)],
        ['missing-here', heard.ref, heard.reference, usd(-800)],
      ].sort(),
    );
  });

  test('what went back there before the period and was heard of within it is asked for', async () => {
    const one = await books.subscribed();
    await books.takenBack('refund', one, { amount: 800, known: false });
    const [{ id }] = await books.db('refunds');
    const later = new Date(Date.now() + 20 * MINUTE);
    await books.write({ reference: `card-refund:${id}`, type: 'refund', amount: -800, at: later });
    expect((await compared({ from: ago(-15), to: ago(-30) })).data).toEqual([]);
  });
});

describe('a difference made on purpose is found and named', () => {
  test('a charge nobody here knows, and one that is not in the ledger', async () => {
    const foreign = await books.stripe.paymentIntents.create({
      ...{ amount: 1234, currency: 'eur', payment_method: 'pm_card_visa', confirm: true },
      allowed_payment_method_types: ['card'],
    });
    const forgotten = await books.paid(2000, { known: false });
    const { data } = await compared();
    expect(data).toHaveLength(2);
    expect(data).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'missing-here', object: 'charge', providerRef: foreign.latest_charge, reference: null },
        ...{ there: { amount: 1234, currency: 'EUR' }, here: null },
      }),
    );
    expect(data).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'missing-here', providerRef: forgotten.charge, reference: forgotten.reference },
        ...{ there: usd(2000), here: null },
      }),
    );
  });

  test('a refund made at the provider, of which no webhook came', async () => {
    const payment = await books.paid();
    const { id } = books.cards.control.refund({ paymentIntent: payment.ref, amount: 700 });
    const { data } = await compared();
    expect(data).toMatchObject([
      {
        kind: 'missing-here',
        object: 'refund',
        providerRef: id,
        reference: null,
        there: usd(-700),
        here: null,
      },
    ]);
  });

  test('another amount or currency, at either end', async () => {
    const [more, other, balance] = [
      await books.paid(2500, { known: false }),
      await books.paid(),
      await books.paid(),
    ];
    await books.write({ reference: more.reference, amount: 2600 });
    books.cards.control.alter({ id: other.charge, currency: 'eur' });
    const { balance_transaction: moved } = await books.stripe.charges.retrieve(balance.charge);
    books.cards.control.alter({ id: String(moved), amount: 2499 });
    const { data } = await compared();
    expect(data.map(({ kind, providerRef, there, here }) => [kind, providerRef, there, here]).sort()).toEqual(
      [
        ['amount', more.charge, usd(2500), usd(2600)],
        ['currency', other.charge, { amount: 2500, currency: 'EUR' }, usd(2500)],
        ['balance', balance.charge, usd(2499), usd(2500)],
      ].sort(),
    );
  });

  test('what the ledger moved and the provider never heard of', async () => {
    const payment = await books.paid();
    const refund = await books.refunded(payment, 500);
    books.cards.control.hide({ id: refund.ref });
    for (const { id } of (await books.stripe.balanceTransactions.list({ source: refund.ref })).data)
      books.cards.control.hide({ id });
    const reference = `payment:${newId()}`;
    await books.write({ reference, amount: 999 });
    const { data } = await compared();
    expect(data).toHaveLength(2);
    expect(data).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'missing-there', object: 'refund', providerRef: refund.ref },
        ...{ reference: refund.reference, there: null, here: usd(-500) },
      }),
    );
    expect(data).toContainEqual(
      expect.objectContaining({ kind: 'missing-there', providerRef: null, reference, here: usd(999) }),
    );
  });

  test('a payout that is not what went out with it', async () => {
    const payment = await books.paid();
    const { balance_transaction: moved } = await books.stripe.charges.retrieve(payment.charge);
    const payout = books.cards.control.payout({ currency: 'usd' });
    books.cards.control.hide({ id: String(moved) });
    const { data } = await compared();
    expect(data).toMatchObject([
      { kind: 'payout', object: 'payout', providerRef: payout.id, there: usd(-payout.amount), here: usd(0) },
    ]);
  });
});

describe('what went back and was not heard of', () => {
  const lookOf = async (table: string) => (await books.db(table).first('look_at', 'looks')) as object;

  test.each(['refund', 'dispute'] as const)(
    'a %s is asked about at once, of a payment and of a period',
    async (kind) => {
      const payment = await books.paid();
      books.cards.control[kind]({ paymentIntent: payment.ref, amount: 700 });
      const one = await books.subscribed();
      books.cards.control[kind]({ paymentIntent: one.payment, amount: 700 });
      expect((await compared()).data).toMatchObject([{ kind: 'missing-here' }, { kind: 'missing-here' }]);
      const wanted = { look_at: expect.any(Date), looks: 0 };
      expect([await lookOf('payments'), await lookOf('subscription_periods')]).toEqual([wanted, wanted]);
    },
  );

  test('so is a dispute whose end was not heard of', async () => {
    const { ref } = await books.disputed(await books.paid(900), 900);
    books.cards.control['close-dispute']({ dispute: ref, outcome: 'won' });
    expect((await compared()).data).toMatchObject([{ kind: 'amount', object: 'dispute' }]);
    expect(await lookOf('payments')).toMatchObject({ look_at: expect.any(Date) });
  });

  test('a charge that the ledger has not is not asked about: its payment is known', async () => {
    await books.paid(2000, { known: false });
    expect((await compared()).data).toMatchObject([{ kind: 'missing-here', object: 'charge' }]);
    expect(await lookOf('payments')).toMatchObject({ look_at: null });
  });
});

describe('time', () => {
  test('what moved a moment ago is on its way and no difference yet, and is looked at again', async () => {
    await books.paid(2000, { known: false });
    await ask();
    await books.read();
    books.setAhead(11 * MINUTE);
    await books.db('reconciliations').update({ due_at: new Date() });
    await reconcileDue(books.auditor);
    expect(await last()).toMatchObject({ run: { status: 'done', differenceCount: 0 }, data: [] });
    books.setAhead(25 * 60 * MINUTE);
    expect(await reconcileDue(books.auditor)).toBe(true);
    expect((await last()).data).toMatchObject([{ kind: 'missing-here' }]);
  });

  test('what happened there before the period and was heard of within it is asked for', async () => {
    const payment = await books.paid(2000, { known: false });
    await books.write({ reference: payment.reference, amount: 2000, at: new Date(Date.now() + 5 * MINUTE) });
    await ask({ from: ago(-3), to: ago(-10) });
    await books.read();
    await reconcileDue(books.auditor);
    expect(await last()).toMatchObject({
      run: { status: 'done', differenceCount: 0, movements: 1 },
      data: [],
    });
  });

  test('compared again, a period has what differs now, and differences that are gone are gone', async () => {
    const payment = await books.paid(2000, { known: false });
    const same = period();
    const first = await compared(same);
    expect((await compared(same)).data.map(({ kind }) => kind)).toEqual(['missing-here']);
    await books.write({ reference: payment.reference, amount: 2000 });
    const third = await compared(same);
    expect([third.data, third.run.id]).toEqual([[], first.run.id]);
  });

  test('days that are over are compared once, also those that were missed, and by one of many replicas', async () => {
    const day = (days: number) => new Date(Date.UTC(2026, 5, days, 0, 20));
    const asked = (at: Date) => workOf(books.db, (work) => askForDays(work, 900), at);
    expect(await asked(day(10))).toBe(1); // no payment yet: the day before alone
    await books.paid();
    await books.db('payments').update({ created_at: day(11) });
    const counts = await Promise.all([asked(day(14)), asked(day(14))]);
    expect(counts.reduce((sum, one) => sum + one)).toBe(3);
    expect(await asked(new Date(Date.UTC(2026, 5, 15, 0, 14)))).toBe(0); // not settled
    const rows = await books.db('reconciliations').orderBy('from_at');
    expect(rows.map(({ from_at }) => from_at.toISOString().slice(0, 10))).toEqual([
      ...['2026-06-09', '2026-06-11', '2026-06-12', '2026-06-13'],
    ]);
    await books.read(new Date());
    const turns = await Promise.all([1, 2, 3].map(() => reconcileDue(books.auditor)));
    expect(turns).toEqual([true, true, true]);
    expect((await books.db('reconciliations').where({ tries: 1, status: 'done' })).length).toBe(3);
  });
});

describe('what comes to nothing', () => {
  test('a provider that does not answer is a failure with its reason, tried again, never "no differences"', async () => {
    await books.paid(2000, { known: false });
    await ask();
    await books.read();
    books.cards.control.fault({ kind: 'refuse', times: 1, path: '/v1/balance_transactions' });
    await reconcileDue(books.auditor);
    const { run, data } = await last();
    expect([run, data]).toMatchObject([
      {
        status: 'failed',
        failure: expect.stringMatching(/no answer/),
        differenceCount: null,
        comparedAt: null,
      },
      [],
    ]);
    expect(await reconcileDue(books.auditor)).toBe(false); // not before its time
    books.setAhead(2 * 60 * MINUTE);
    await reconcileDue(books.auditor);
    expect(await last()).toMatchObject({ run: { status: 'done', tries: 2, differenceCount: 1 } });
  });

  test('one that was compared ten times has all its tries left when an answer is lost', async () => {
    await books.paid(2000, { known: false });
    await ask();
    await books.read();
    for (let day = 0; day < 10; day += 1) {
      await books.db('reconciliations').update({ due_at: new Date() });
      await reconcileDue(books.auditor);
    }
    expect(await last()).toMatchObject({ run: { status: 'done', differenceCount: 1 } });
    books.cards.control.fault({ kind: 'refuse', times: 1, path: '/v1/balance_transactions' });
    await books.db('reconciliations').update({ due_at: new Date() });
    await reconcileDue(books.auditor);
    const { run } = await last();
    expect(run).toMatchObject({ status: 'failed', dueAt: expect.any(String) });
    expect(Date.parse(run!.dueAt!) - books.clock().getTime()).toBeLessThan(61_000); // the first rung
  });

  test('one that fails for a day and a half is given up, and stays failed', async () => {
    await ask();
    let tries = 0;
    for (; tries < 50; tries += 1) {
      await books.db('reconciliations').whereNotNull('due_at').update({ due_at: new Date() });
      if (!(await reconcileDue(books.auditor))) break;
    }
    expect(await last()).toMatchObject({
      run: { status: 'failed', dueAt: null, tries, failure: expect.stringMatching(/no time at all/) },
    });
    expect(tries).toBe(11);
  });

  test('a period of which the ledger is not known to its end waits', async () => {
    await books.paid();
    await ask();
    await books.read(new Date(Date.now() - MINUTE));
    await reconcileDue(books.auditor);
    expect(await last()).toMatchObject({
      run: { status: 'failed', failure: expect.stringMatching(/the ledger is known here until/) },
    });
  });

  test('a run whose process died is seen as running, and begun anew from nothing', async () => {
    await books.paid();
    await ask();
    await books.read();
    const dying = {
      ...books.auditor,
      books: { ...books.auditor.books, payouts: () => new Promise<never>(() => {}) },
    };
    void reconcileDue(dying);
    for (let n = 0; n < 100 && (await last()).run?.objects !== 1; n += 1)
      await new Promise((done) => setTimeout(done, 20));
    expect(await last()).toMatchObject({ run: { status: 'running', objects: 1, differenceCount: null } });
    expect(await reconcileDue(books.auditor)).toBe(false); // it may still live
    books.setAhead(90 * MINUTE);
    await reconcileDue(books.auditor);
    expect(await last()).toMatchObject({ run: { status: 'done', tries: 2, objects: 1, differenceCount: 0 } });
  });

  test('a run that was thought dead writes nothing into the one that was begun in its place', async () => {
    await books.paid(2000, { known: false });
    await ask();
    await books.read();
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    const slow = {
      ...books.auditor,
      books: {
        ...books.auditor.books,
        payouts: async (...asked: Parameters<Books['auditor']['books']['payouts']>) => {
          await held;
          return books.auditor.books.payouts(...asked);
        },
      },
    };
    const late = reconcileDue(slow);
    for (let n = 0; n < 100 && (await last()).run?.objects !== 1; n += 1)
      await new Promise((done) => setTimeout(done, 20));
    books.setAhead(90 * MINUTE);
    await reconcileDue(books.auditor);
    const before = await last();
    release();
    await late;
    expect(await last()).toEqual(before);
    expect(before).toMatchObject({ run: { status: 'done', tries: 2, differenceCount: 1 } });
  });
});
