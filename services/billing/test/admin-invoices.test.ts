/** Invoices by hand: drafted, finalised, then paid or void; each act stands in the audit trail. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Invoice } from '@rollcall/contracts/api/invoices';
import {
  billingAudited,
  invoiceIssued,
  invoiceOverdue,
  invoicePaid,
  invoiceVoided,
} from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { inWork } from '@rollcall/kit/work';
import { findOverdue } from '../src/use-cases/step-invoice.js';
import { brokenInvariants, openStage, type Person, person, type Stage } from './stage.js';

let stage: Stage;
let admin: Person;
let buyer: Person;
beforeAll(async () => {
  stage = await openStage();
  [admin, buyer] = [await person('admin'), await person('teacher')];
  await stage.register(buyer, 'Γιώργος Παπαδόπουλος', { locale: 'de-DE' });
});
afterEach(async () => {
  stage.now();
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
afterAll(() => stage.close());

const pln = (amount: number) => ({ amount, currency: 'PLN' });
const items = [
  { description: 'A room for a day', quantity: 2, unitPrice: 5000 },
  { description: 'Coffee', unitPrice: 2000 },
];
const body = (more: object = {}) => ({ userId: buyer.id, currency: 'PLN', items, ...more });
const post = (path: string, given?: object, who = admin) =>
  stage.send('post', `/admin/invoices${path}`, who).send(given);
const drafted = async (more: object = {}): Promise<Invoice> => (await post('', body(more)).expect(201)).body;
const finalised = async (more: object = {}): Promise<Invoice> => {
  const { id } = await drafted(more);
  return (await post(`/${id}/finalize`).expect(200)).body;
};
/** The seller's day of a moment, or the one so many days later. */
const dayInWarsaw = (at: string | number, later = 0): string => {
  const day = new Date(at).toLocaleDateString('sv-SE', { timeZone: 'Europe/Warsaw' });
  return new Date(Date.parse(day) + later * 86_400_000).toISOString().slice(0, 10);
};
const because = { reason: 'Seen on the account of 5 November' };
const auditsOf = async (id: string) =>
  (await emitted(stage.db, billingAudited))
    .filter(({ data }) => data.target === id)
    .map(({ data }) => [data.action, data.actor, data.reason]);
const read = async (id: string): Promise<Invoice> =>
  (await stage.send('get', `/admin/invoices/${id}`, admin).expect(200)).body;

describe('a draft', () => {
  test('has sums and no number, is seen by admins alone, and may be changed and thrown away', async () => {
    const draft = await drafted({ discount: 1000, note: 'For the summer school' });
    expect(draft).toMatchObject({
      ...{ status: 'draft', number: null, buyerName: null, tax: null, issuedAt: null, paymentId: null },
      ...{ subtotal: pln(12_000), discount: pln(1000), total: pln(11_000), note: 'For the summer school' },
    });
    expect(draft.items[0]).toEqual({ ...items[0], unitPrice: pln(5000), total: pln(10_000) });
    await stage.send('get', `/invoices/${draft.id}`, buyer).expect(404);
    await stage.send('get', `/invoices/${draft.id}/pdf`, buyer).expect(404);
    const pdf = await stage.send('get', `/admin/invoices/${draft.id}/pdf`, admin).expect(409);
    expect(pdf.body.type).toBe('/problems/invoice-draft');

    const patch = (given: object) => stage.send('patch', `/admin/invoices/${draft.id}`, admin).send(given);
    const edited = await patch({ items: [items[1]], discount: 0, note: null, country: 'FR' }).expect(200);
    expect(edited.body).toMatchObject({ total: pln(2000), note: null, version: 2 });
    expect(edited.headers.etag).toBe('"2"');
    await patch({ discount: 2000 }).expect(422);
    await stage
      .send('patch', `/admin/invoices/${draft.id}`, admin)
      .set('If-Match', '"1"')
      .send({ dueDays: 3 })
      .expect(412);
    await stage.send('delete', `/admin/invoices/${draft.id}`, admin).expect(204);
    await stage.send('get', `/admin/invoices/${draft.id}`, admin).expect(404);
    expect((await auditsOf(draft.id)).map(([action]) => action)).toEqual([
      'billing.invoice.draft',
      'billing.invoice.edit',
      'billing.invoice.drop',
    ]);
  });

  test('asked for twice with one key is one', async () => {
    const key = newId();
    const ask = () => post('', body()).set('Idempotency-Key', key).expect(201);
    const [one, again] = [await ask(), await ask()];
    expect([again.body.id, again.headers['idempotency-replayed']]).toEqual([one.body.id, 'true']);
  });

  test.each<[string, object, number, string]>([
    ['no items', { items: [] }, 400, 'items'],
    ['more items than a page can be read of', { items: Array(501).fill(items[1]) }, 400, 'items'],
    ['a part of a cent', { items: [{ ...items[1], unitPrice: 0.5 }] }, 400, 'items.0.unitPrice'],
    ['none of an item', { items: [{ ...items[1], quantity: 0 }] }, 400, 'items.0.quantity'],
    ['an item without words', { items: [{ ...items[1], description: ' ' }] }, 400, 'items.0.description'],
    ['no currency', { currency: 'XXX' }, 400, 'currency'],
    ['a country by name', { country: 'Poland' }, 400, 'country'],
    ['a discount of all of it', { discount: 12_000 }, 422, 'discount'],
    ['what is not known', { number: 'RC-1' }, 400, 'number'],
  ])('of %s is refused, and the field is named', async (_what, change, status, path) => {
    const answer = await post('', body(change)).expect(status);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  test('too large to be counted is refused', async () => {
    const much = { description: 'x', quantity: 10_000, unitPrice: 1_000_000_000_000 };
    expect((await post('', body({ items: [much] })).expect(422)).body.type).toBe(
      '/problems/invoice-too-large',
    );
  });

  test('of a payment is nobody’s to change: it is issued by itself', async () => {
    const student = await person('student');
    await stage.paid(student, 1000);
    const { body: page } = await stage
      .send('get', `/admin/invoices?userId=${student.id}&status=draft`, admin)
      .expect(200);
    const { id } = page.data[0];
    for (const ask of [
      stage.send('patch', `/admin/invoices/${id}`, admin).send({ discount: 1 }),
      stage.send('delete', `/admin/invoices/${id}`, admin),
      post(`/${id}/finalize`),
    ])
      expect((await ask.expect(409)).body.type).toBe('/problems/invoice-of-payment');
  });
});

describe('a draft that is finalised', () => {
  test('is open, has its number, its buyer’s tax and its day, and is said with what is to be paid', async () => {
    const invoice = await finalised({ dueDays: 7 });
    expect(invoice).toMatchObject({
      ...{
        status: 'open',
        buyerName: 'Γιώργος Παπαδόπουλος',
        taxCountry: 'DE',
        taxRate: 1900,
        tax: pln(1916),
      },
      ...{ number: expect.stringMatching(/^RC-\d{4}-\d{6}$/), paidAt: null },
    });
    expect(dayInWarsaw(invoice.dueAt!)).toBe(dayInWarsaw(invoice.issuedAt!, 7));
    expect(dayInWarsaw(Date.parse(invoice.dueAt!) + 1)).toBe(dayInWarsaw(invoice.issuedAt!, 8));
    const said = (await emitted(stage.db, invoiceIssued)).find(({ subject }) => subject === invoice.id);
    expect(said?.data).toMatchObject({ total: pln(12_000), number: invoice.number, dueAt: invoice.dueAt });
    const own = await stage.send('get', `/invoices/${invoice.id}`, buyer).expect(200);
    expect(own.body).toEqual(invoice);
    await stage.send('get', `/invoices/${invoice.id}/pdf`, buyer).expect(200);
  });

  test('changes no more', async () => {
    const { id } = await finalised();
    const patched = await stage
      .send('patch', `/admin/invoices/${id}`, admin)
      .send({ discount: 1 })
      .expect(409);
    expect(patched.body.type).toBe('/problems/invoice-issued');
    await stage.send('delete', `/admin/invoices/${id}`, admin).expect(409);
    await post(`/${id}/finalize`).expect(409);
  });

  test('by five at once has one number', async () => {
    const { id } = await drafted();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(`/${id}/finalize`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect((await auditsOf(id)).filter(([action]) => action === 'billing.invoice.finalize')).toHaveLength(1);
  });

  test('for somebody nobody has heard of stays a draft', async () => {
    const { id } = await drafted({ userId: newId() });
    const answer = await post(`/${id}/finalize`).expect(409);
    expect([answer.body.type, answer.headers['retry-after']]).toEqual(['/problems/buyer-not-known', '5']);
    expect((await read(id)).status).toBe('draft');
  });
});

describe('an open invoice', () => {
  test('is marked as paid with a reason, once', async () => {
    const { id } = await finalised();
    expect((await post(`/${id}/mark-paid`, {}).expect(400)).body.errors[0].path).toBe('reason');
    const { body: paid } = await post(`/${id}/mark-paid`, because).expect(200);
    expect([paid.status, paid.paidAt === null]).toEqual(['paid', false]);
    expect((await emitted(stage.db, invoicePaid)).find(({ subject }) => subject === id)?.data.byHand).toBe(
      true,
    );
    expect((await post(`/${id}/void`, because).expect(409)).body.type).toBe('/problems/invoice-paid');
    expect((await auditsOf(id)).at(-1)).toEqual(['billing.invoice.mark-paid', admin.id, because.reason]);
  });

  test('is paid or void, never both, when both are asked for at once', async () => {
    for (let n = 0; n < 5; n += 1) {
      const { id } = await finalised();
      const answers = await Promise.all([
        ...['void', 'mark-paid', 'void', 'mark-paid'].map((step) => post(`/${id}/${step}`, because)),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      const invoice = await read(id);
      expect((invoice.paidAt === null) !== (invoice.voidedAt === null)).toBe(true);
      const events = [...(await emitted(stage.db, invoicePaid)), ...(await emitted(stage.db, invoiceVoided))];
      expect(events.filter(({ subject }) => subject === id)).toHaveLength(1);
    }
  });

  test('that is void keeps its number and its file', async () => {
    const invoice = await finalised();
    const pdf = async () =>
      (await stage.send('get', `/invoices/${invoice.id}/pdf`, buyer).buffer(true).expect(200)).body as Buffer;
    const before = await pdf();
    const { body: called } = await post(`/${invoice.id}/void`, because).expect(200);
    expect([called.status, called.number]).toEqual(['void', invoice.number]);
    expect((await pdf()).equals(before)).toBe(true);
  });

  test('not paid by the end of its day is said to be, once, by however many clocks', async () => {
    const { id, dueAt } = await finalised({ dueDays: 1 });
    const minutesLeft = (Date.parse(dueAt!) - Date.now()) / 60_000;
    const paid = await finalised({ dueDays: 1 });
    await post(`/${paid.id}/mark-paid`, because).expect(200);
    const tick = () =>
      inWork(
        stage.db,
        { correlationId: newId() },
        async (work) => void (await findOverdue(work)),
        stage.clock,
      );
    const said = async (of: string) =>
      (await emitted(stage.db, invoiceOverdue)).filter(({ subject }) => subject === of).length;
    stage.wait(minutesLeft - 1);
    await tick();
    expect(await said(id)).toBe(0);
    stage.wait(2);
    await Promise.all([tick(), tick(), tick()]);
    expect([await said(id), await said(paid.id)]).toEqual([1, 0]);
    expect((await read(id)).overdueAt).not.toBeNull();
    await post(`/${id}/mark-paid`, because).expect(200);
  });

  test('decided by another state is a 412', async () => {
    const { id } = await finalised();
    await post(`/${id}/void`, because).set('If-Match', '"1"').expect(412);
    await post(`/${id}/void`, because).set('If-Match', '"2"').expect(200);
  });
});

test('invoices are listed page by page, by status and user, also for a spreadsheet', async () => {
  const who = await person('student');
  await stage.register(who, '=HYPERLINK("x")');
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.unshift((await finalised({ userId: who.id })).id);
  const list = async (search: string) =>
    (await stage.send('get', `/admin/invoices?userId=${who.id}${search}`, admin).expect(200)).body;
  const page = await list('&limit=2');
  const next = await list(`&limit=2&cursor=${page.nextCursor}`);
  expect([...page.data, ...next.data].map(({ id }) => id)).toEqual(ids);
  expect(next.nextCursor).toBeNull();
  expect((await list('&status=paid&status=void')).data).toEqual([]);
  const { text } = await stage.send('get', '/invoices?format=csv', who).expect(200);
  const lines = text.trim().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(`"'=HYPERLINK(""x"")",120.00,0.00,120.00`);
  await stage.send('get', '/invoices?cursor=x', who).expect(400);
});

test('nobody but admins acts on invoices', async () => {
  const { id } = await finalised();
  for (const who of [buyer, await person('finance'), await person('student')]) {
    await post('', body(), who).expect(403);
    await post(`/${id}/void`, because, who).expect(403);
    await stage.send('get', '/admin/invoices', who).expect(403);
  }
  await stage.send('post', '/admin/invoices').send(body()).expect(401);
});
