/** Documents of what was paid and given back by card: each once, numbered without a gap, and never changed. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Invoice } from '@rollcall/contracts/api/invoices';
import { invoiceIssued, invoicePaid } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { inWork } from '@rollcall/kit/work';
import fc from 'fast-check';
import { sellerIn } from '../src/config.js';
import { closingOf, dayOf } from '../src/pdf/words.js';
import { printedOf } from '../src/store/invoice-files.js';
import { lockInvoice } from '../src/store/invoices.js';
import { billMonths } from '../src/use-cases/bill-months.js';
import { invoicePeriod } from '../src/use-cases/draft-document.js';
import { issueInvoice } from '../src/use-cases/issue-invoice.js';
import { bodies } from './fake-provider.js';
import { brokenInvariants, openStage, type Person, person, SELLER, type Stage, topUp, usd } from './stage.js';

let stage: Stage;
let student: Person;
beforeAll(async () => {
  stage = await openStage();
  student = await person('student');
  await stage.register(student, 'Zażółć Gęślą', { locale: 'pl-PL' });
});
afterEach(async () => {
  stage.now();
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

const listOf = async (who: Person, search = ''): Promise<Invoice[]> =>
  (await stage.send('get', `/invoices${search}`, who).expect(200)).body.data;
const issuedSaid = async (who: Person) =>
  (await emitted(stage.db, invoiceIssued))
    .filter(({ data }) => data.userId === who.id)
    .map(({ data }) => data);
/** Once for what was paid, and once for what corrects that. */
const issue = async () => {
  await stage.issue();
  await stage.issue();
};
const payer = async (name = 'Jan Kowalski', locale = 'pl-PL'): Promise<Person> => {
  const who = await person('student');
  await stage.register(who, name, { locale });
  return who;
};
const refunded = async (who: Person, paymentId: string, amount: number): Promise<string> => {
  const { body } = await stage.askRefund(who, paymentId, { amount }).expect(202);
  await stage.walletSays(body.id);
  await stage.sendRefunds();
  return body.id;
};

describe('a payment that succeeded', () => {
  test('has its invoice: paid, numbered, with the tax of its payer’s country, and read by its payer alone', async () => {
    const who = await payer('Zażółć Gęślą', 'pl-PL');
    const payment = await stage.paid(who, 12_300);
    expect(await listOf(who)).toEqual([]); // a draft is nobody's business yet
    await issue();
    const [summary] = await listOf(who);
    expect(summary).toMatchObject({
      ...{ kind: 'invoice', status: 'paid', paymentId: payment.id, buyerName: 'Zażółć Gęślą' },
      ...{ subtotal: usd(12_300), discount: usd(0), total: usd(12_300), tax: usd(2300), taxRate: 2300 },
      ...{ taxCountry: 'PL', number: expect.stringMatching(/^RC-\d{4}-\d{6}$/) },
    });
    const read = await stage.send('get', `/invoices/${summary!.id}`, who).expect(200);
    expect(read.body).toEqual({
      ...summary,
      items: [
        { description: 'Credits for lessons', quantity: 1, unitPrice: usd(12_300), total: usd(12_300) },
      ],
    });
    await stage.send('get', `/invoices/${summary!.id}`, student).expect(404);
    await stage.send('get', `/invoices/${summary!.id}/pdf`, student).expect(404);
    await stage.send('get', `/invoices/${summary!.id}`).expect(401);
    const said = { invoiceId: summary!.id, kind: 'invoice', number: summary!.number, userId: who.id };
    expect(await issuedSaid(who)).toEqual([{ ...said, total: usd(12_300), dueAt: null }]);
    expect((await emitted(stage.db, invoicePaid)).filter(({ data }) => data.userId === who.id)).toMatchObject(
      [{ data: { ...said, byHand: false } }],
    );
  });

  test('has one, when webhook, confirm call, poll and two clocks come at once, each more than once', async () => {
    const who = await payer();
    const { id, providerRef } = await stage.begin(who, topUp(1000));
    stage.provider.payInBrowser(providerRef!);
    stage.wait(6);
    const hook = () =>
      stage.hear(
        'payment_intent.succeeded',
        bodies.intent(stage.provider.intentOf(providerRef!), 'succeeded'),
      );
    await Promise.all([hook(), stage.confirm(who, id), stage.look(), hook(), stage.issue(), stage.issue()]);
    await Promise.all([stage.issue(), stage.issue(), stage.issue()]);
    expect(await listOf(who)).toHaveLength(1);
    expect(await issuedSaid(who)).toHaveLength(1);
  });

  test('whose payer is not heard of waits for the name, and is issued when it comes', async () => {
    const who = await person('student');
    await stage.paid(who, 1000);
    await issue();
    expect(await listOf(who)).toEqual([]);
    stage.wait(1440 * 3);
    await issue();
    expect(await issuedSaid(who)).toEqual([]);
    await stage.register(who, 'Late Comer');
    await issue();
    expect(await listOf(who)).toMatchObject([{ buyerName: 'Late Comer', taxCountry: 'PL' }]);
  });

  test('and waited for its payer’s name says the day of the payment, not that of its number', async () => {
    const who = await person('student');
    const { id } = await stage.paid(who, 1000);
    stage.wait(1440 * 3);
    await stage.register(who, 'Late Comer');
    await issue();
    const [invoice] = await listOf(who);
    const { succeeded_at: paidAt } = await stage.db('payments').where({ id }).first();
    expect(invoice!.paidAt).toBe(paidAt.toISOString());
    expect(Date.parse(invoice!.issuedAt!) - paidAt.getTime()).toBeGreaterThan(2 * 86_400_000);
    const printed = await printedOf(stage.db, invoice!.id);
    expect(closingOf(printed)).toContain(`Paid by card on ${dayOf(paidAt, printed)}.`);
  });

  test('keeps the name it was written to, and the next invoice has the new one; an older word changes nothing', async () => {
    const who = await payer('Before');
    await stage.paid(who, 1000);
    await issue();
    await stage.register(who, 'After', { version: 3 });
    await stage.register(who, 'Between', { version: 2 });
    await stage.paid(who, 1000);
    await issue();
    expect((await listOf(who)).map(({ buyerName }) => buyerName)).toEqual(['After', 'Before']);
  });
});

describe('a refund', () => {
  test('in parts has a credit note each, in a series of its own, and takes back exactly the tax of the invoice', async () => {
    const who = await payer();
    const payment = await stage.paid(who, 1000);
    for (const amount of [333, 333, 334]) await refunded(who, payment.id, amount);
    await issue();
    const [third, second, first, invoice] = await listOf(who);
    expect([first, second, third].map((note) => note!.kind)).toEqual(Array(3).fill('credit_note'));
    expect([first, second, third].map((note) => note!.correctsId)).toEqual(Array(3).fill(invoice!.id));
    expect(first!.number).toMatch(/^CN-/);
    const taxes = [first, second, third].map((note) => note!.tax!.amount);
    expect(taxes.reduce((a, b) => a + b)).toBe(invoice!.tax!.amount);
    expect((await listOf(who, '?kind=credit_note&status=paid')).length).toBe(3);
  });

  test('that failed after it was made has its credit note taken back by a correction, once', async () => {
    const who = await payer();
    const payment = await stage.paid(who, 1000);
    const refundId = await refunded(who, payment.id, 400);
    const there = [...stage.provider.refunds.values()].find((refund) => refund.refundId === refundId)!;
    const failed = bodies.refund(stage.provider.failRefund(there.ref));
    await stage.hear('refund.failed', failed);
    await stage.hear('refund.failed', failed);
    await issue();
    await stage.issue();
    const [correction, note] = await listOf(who);
    expect(await listOf(who)).toHaveLength(3);
    expect(correction).toMatchObject({
      ...{ kind: 'correction', correctsId: note!.id, refundId, total: usd(400), tax: note!.tax },
      number: expect.stringMatching(/^RC-/),
    });
    expect(note).toMatchObject({ kind: 'credit_note', refundId });
  });

  test('that never was made has no document, and neither has a dispute: what was sold was sold', async () => {
    const who = await payer();
    const payment = await stage.paid(who, 1000);
    const { body } = await stage.askRefund(who, payment.id, { amount: 400 }).expect(202);
    await stage.walletSays(body.id, 100);
    await stage.hear(
      'charge.dispute.created',
      bodies.dispute(newId(), payment.providerRef!, 1000, 'needs_response'),
    );
    await issue();
    expect((await listOf(who)).map(({ kind }) => kind)).toEqual(['invoice']);
  });

  test('made at the provider before its payment was known to be paid has invoice and credit note', async () => {
    const who = await payer();
    const { id, providerRef } = await stage.begin(who, topUp(1000));
    stage.provider.payInBrowser(providerRef!);
    const refund = { ref: newId(), paymentRef: providerRef, refundId: null, amount: 250, currency: 'USD' };
    await stage.hear('refund.failed', bodies.refund({ ...refund, state: 'succeeded' }));
    await issue();
    expect((await listOf(who)).map(({ kind, paymentId }) => [kind, paymentId])).toEqual([
      ['credit_note', id],
      ['invoice', id],
    ]);
  });
});

describe('numbers', () => {
  const draft = async (who: Person): Promise<string> => {
    const id = newId();
    await inWork(stage.db, { correlationId: newId() }, (work) =>
      invoicePeriod(work, {
        ...{ subscriptionId: id, userId: who.id, planName: 'Four lessons', currency: 'PLN', paid: 100 },
        ...{ startsAt: new Date(), endsAt: new Date(), paidAt: null },
      }),
    );
    return (await stage.db('invoices').where({ subscription_id: id }).first('id')).id;
  };
  const finalise = (id: string, { fails, at }: { fails: boolean; at: Date }): Promise<unknown> =>
    inWork(
      stage.db,
      { correlationId: newId() },
      async (work) => {
        const invoice = await lockInvoice(work.tx, id);
        if (invoice.status !== 'draft') return;
        await issueInvoice(work, invoice, sellerIn(SELLER));
        if (fails) throw new Error('as if the process had died here');
      },
      () => at,
    ).catch(() => undefined);

  test('have no gap and no repeat in a series and year, however many are finalised at once and rolled back', async () => {
    const years = fc.constantFrom(2031, 2032);
    const tries = fc.array(fc.record({ fails: fc.boolean(), year: years }), { minLength: 2, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(tries, async (all) => {
        const ids = await Promise.all(all.map(() => draft(student)));
        const at = (n: number) => new Date(`${all[n]!.year}-06-01T12:00:00Z`);
        await Promise.all(
          ids.flatMap((id, n) => [
            finalise(id, { fails: all[n]!.fails, at: at(n) }),
            finalise(id, { fails: all[n]!.fails, at: at(n) }), // the same one twice at once
          ]),
        );
        const { rows } = await stage.db.raw(
          `select s.series, s.year, s.last, array_agg(i.sequence order by i.sequence) as taken
             from invoice_series s join invoices i using (series, year) group by 1, 2, 3`,
        );
        for (const { last, taken } of rows)
          expect(taken).toEqual(Array.from({ length: last }, (_, n) => n + 1));
        const open = await stage.db('invoices').whereIn('id', ids).where({ status: 'draft' });
        expect(open).toHaveLength(all.filter(({ fails }) => fails).length);
        await stage.db('invoices').whereIn('id', ids).where({ status: 'draft' }).delete();
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('begin anew with the year on the wall of the seller', async () => {
    const [old, young] = [await draft(student), await draft(student)];
    await finalise(old, { fails: false, at: new Date('2040-12-31T22:59:59Z') });
    await finalise(young, { fails: false, at: new Date('2040-12-31T23:00:00Z') }); // Warsaw: midnight
    const numbers = await stage.db('invoices').whereIn('id', [old, young]).orderBy('id').pluck('number');
    expect(numbers).toEqual(['RC-2040-000001', 'RC-2041-000001']);
  });
});

describe('an issued document', () => {
  test.each([
    ['its total', 'update invoices set total = 1, subtotal = 1 where id = :id'],
    ['its buyer', "update invoices set buyer_name = 'x' where id = :id"],
    ['its number', "update invoices set number = 'RC-1' where id = :id"],
    ['its payment', 'update invoices set payment_id = null where id = :id'],
    ['that it is issued', "update invoices set status = 'draft' where id = :id"],
    [
      'that it is paid',
      "update invoices set status = 'void', paid_at = null, voided_at = now() where id = :id",
    ],
    ['an item', 'update invoice_items set quantity = 2, total = 2 * unit_price where invoice_id = :id'],
    ['another item', "insert into invoice_items values (:id, 2, 'x', 1, 1, 1)"],
    ['its items', 'delete from invoice_items where invoice_id = :id'],
    ['itself', 'delete from invoices where id = :id'],
    ['all of them', 'truncate invoices cascade'],
    ['its file', "update invoice_files set pdf = 'x' where invoice_id = :id"],
    ['the file itself', 'delete from invoice_files where invoice_id = :id'],
  ])('the database changes not %s', async (_what, sql) => {
    const who = await payer();
    await stage.paid(who, 1000);
    await issue();
    const [invoice] = await listOf(who);
    await stage.send('get', `/invoices/${invoice!.id}/pdf`, who).expect(200);
    const damage = sql.includes(':id') ? stage.db.raw(sql, { id: invoice!.id }) : stage.db.raw(sql);
    await expect(damage).rejects.toMatchObject({ code: '23000' });
    expect((await listOf(who))[0]).toEqual(invoice);
  });
});

describe('the monthly invoices', () => {
  const bill = () => billMonths(stage.desk);

  test('find what was paid in a month that is over and has no document, and make none twice', async () => {
    const who = await payer();
    const payment = await stage.paid(who, 1000);
    await refunded(who, payment.id, 400);
    // As payments are from before there were invoices.
    await stage.db('invoices').where({ payment_id: payment.id, kind: 'credit_note' }).delete();
    await stage.db('invoices').where({ payment_id: payment.id }).delete();
    expect(await bill()).toBe(0); // the month is not over
    stage.wait(1440 * 32);
    expect((await Promise.all([bill(), bill()])).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(1);
    expect(await bill()).toBe(0);
    await issue();
    const [note, invoice] = await listOf(who);
    expect([note!.kind, invoice!.kind]).toEqual(['credit_note', 'invoice']);
    const { succeeded_at: paidAt } = await stage.db('payments').where({ id: payment.id }).first();
    expect(invoice!.paidAt).toBe(paidAt.toISOString());
  });

  test('a paid period of a subscription has one invoice, and a trial none', async () => {
    const who = await payer();
    const [planId, methodId, id] = [newId(), (await stage.card(who)).id, newId()];
    const [starts, ends] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
    await stage.db('plans').insert({
      ...{
        id: planId,
        name: 'Four lessons',
        slug: `p-${planId}`,
        price: 4000,
        currency: 'PLN',
        interval: 'month',
      },
      ...{ lessons_per_month: 4, max_lesson_price: 1000, created_at: starts },
      provider_price_id: `price_${planId}`,
    });
    await stage.db('subscriptions').insert({
      ...{ id, user_id: who.id, plan_id: planId, method_id: methodId, status: 'active', provider_ref: id },
      ...{ lessons_per_month: 4, max_lesson_price: 1000, currency: 'PLN', created_at: starts },
      ...{ price: 4000, interval: 'month', provider_price_id: `price_${planId}`, looked_at: new Date() },
      ...{ current_period_start: starts, current_period_end: ends },
    });
    await stage.db('subscription_periods').insert([
      { subscription_id: id, starts_at: starts, ends_at: ends, paid: 4000 },
      { subscription_id: id, starts_at: new Date('2025-12-01T00:00:00Z'), ends_at: starts, paid: 0 },
    ]);
    expect(await bill()).toBe(1);
    const paid = { paid: 4000, currency: 'PLN', paidAt: starts };
    const period = { ...paid, startsAt: starts, endsAt: ends, planName: 'Four lessons' };
    await inWork(stage.db, { correlationId: newId() }, (work) =>
      invoicePeriod(work, { ...period, subscriptionId: id, userId: who.id }),
    );
    await issue();
    expect(await listOf(who)).toMatchObject([
      { subscriptionId: id, total: { amount: 4000, currency: 'PLN' }, paidAt: starts.toISOString() },
    ]);
  });
});
