/** What admins sell, and what of it is offered. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { billingAudited } from '@rollcall/contracts/events/billing';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { brokenInvariants, person, usd } from './stage.js';
import { four, openSubscriptionStage, type SubscriptionStage } from './subscription-stage.js';

let stage: SubscriptionStage;
beforeAll(async () => {
  stage = await openSubscriptionStage();
});
afterAll(async () => {
  expect(await brokenInvariants(stage.db)).toEqual([]);
  await stage.close();
});

const offered = async () => (await stage.send('get', '/subscriptions/plans?limit=100').expect(200)).body.data;
const patch = (id: string, body: object, ifMatch?: string) => {
  const sent = stage.send('patch', `/admin/plans/${id}`, stage.admin).send(body);
  return ifMatch === undefined ? sent : sent.set('If-Match', ifMatch);
};
const faults = (times: number, path: string) => stage.standIn.control.fault({ kind: 'refuse', times, path });

test('a plan is made with its price at the provider, is offered to everybody, and stands in the audit trail', async () => {
  const body = four({ trialDays: 7, features: ['Any teacher'], reason: 'The autumn offer' });
  const answer = await stage.send('post', '/admin/plans', stage.admin).send(body).expect(201);
  const { reason: _, ...sold } = body as ReturnType<typeof four> & { reason?: string };
  expect(answer.body).toMatchObject({ ...sold, maxLessonPrice: usd(1000), active: true, version: 1 });
  expect(answer.headers.etag).toBe('"1"');
  expect(answer.body.providerPriceId).toMatch(/^price_/);
  const { providerPriceId: __, ...plan } = answer.body;
  expect(await offered()).toContainEqual(plan);
  const trail = (await emitted(stage.db, billingAudited)).map(({ data }) => data);
  expect(trail.find(({ target }) => target === answer.body.id)).toMatchObject({
    ...{ actor: stage.admin.id, action: 'billing.plan.create', reason: 'The autumn offer' },
  });
});

test('plans are offered cheapest first, page by page, and admins see all of them', async () => {
  const prices = [9100, 9300, 9200];
  for (const amount of prices) await stage.plan({ price: usd(amount) });
  const hidden = await stage.plan({ price: usd(9250), active: false });
  const seen: number[] = [];
  let cursor = '';
  for (let pages = 0; pages < 20; pages += 1) {
    const { body } = await stage.send('get', `/subscriptions/plans?limit=1${cursor}`).expect(200);
    seen.push(...body.data.map(({ price }: { price: { amount: number } }) => price.amount));
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.filter((amount) => amount > 9000)).toEqual([9100, 9200, 9300]);
  const inactive = await stage.send('get', '/admin/plans?active=false', stage.admin).expect(200);
  expect(inactive.body.data).toContainEqual(hidden);
  const one = await stage.send('get', `/admin/plans/${hidden.id}`, stage.admin).expect(200);
  expect([one.body, one.headers.etag]).toEqual([hidden, '"1"']);
});

describe('while the provider gives no answer', () => {
  test('a plan is made and not offered; the clock tells of it, and then it is', async () => {
    faults(1, '/v1/products');
    const plan = await stage.plan();
    expect(plan.providerPriceId).toBeNull();
    expect(await offered()).not.toContainEqual(expect.objectContaining({ id: plan.id }));
    const student = await person('student');
    const { id: methodId } = await stage.card(student);
    const early = await stage.subscribe(student, plan.id, methodId).expect(503);
    expect(early.body.type).toBe('/problems/plan-not-ready');
    await Promise.all([stage.tellOfPlans(), stage.tellOfPlans()]);
    expect(await offered()).toContainEqual(expect.objectContaining({ id: plan.id }));
    expect(await stage.tellOfPlans()).toBe(0);
  });
});

describe('a change', () => {
  test('of the price is another one at the provider, and what is set by hand of lessons stays', async () => {
    const plan = await stage.plan();
    const dearer = await patch(plan.id, { price: usd(6001) }, '"1"').expect(200);
    expect(dearer.body).toMatchObject({ price: usd(6001), maxLessonPrice: usd(1500), version: 2 });
    expect(dearer.body.providerPriceId).not.toBe(plan.providerPriceId);
    const set = await patch(plan.id, { maxLessonPrice: 2500, name: 'Four, dearer' }).expect(200);
    expect(set.body).toMatchObject({ maxLessonPrice: usd(2500), name: 'Four, dearer', version: 3 });
    expect(set.body.providerPriceId).toBe(dearer.body.providerPriceId);
    const back = await patch(plan.id, { maxLessonPrice: null, active: false }).expect(200);
    expect(back.body).toMatchObject({ maxLessonPrice: usd(1500), active: false });
  });

  const atProvider = async (path: string, fields?: Record<string, string>) => {
    const answer = await fetch(`${stage.standIn.url}/v1/prices${path}`, {
      headers: { authorization: 'Bearer sk_test_stage' },
      ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
    });
    return (await answer.json()) as { id: string; unit_amount: number; active: boolean };
  };

  test.each([
    ['of another amount', { unit_amount: '9000' }],
    ['of another interval', { unit_amount: '5000', 'recurring[interval]': 'year' }],
    ['of two of its intervals', { unit_amount: '5000', 'recurring[interval_count]': '2' }],
    ['in another currency', { unit_amount: '5000', currency: 'eur' }],
    ['archived', { unit_amount: '5000', active: 'false' }],
  ])('takes no price of its name at the provider that is %s', async (_what, fields) => {
    const { id } = await stage.plan();
    const of = { currency: 'usd', product: `rollcall-${id}`, 'recurring[interval]': 'month' };
    const stale = await atProvider('', { ...of, lookup_key: `rollcall-${id}-2`, ...fields });
    const { body } = await patch(id, { price: usd(5000) }).expect(200);
    expect(body.providerPriceId).not.toBe(stale.id);
    expect(await atProvider(`/${body.providerPriceId}`)).toMatchObject({
      ...{ unit_amount: 5000, currency: 'usd', active: true, lookup_key: `rollcall-${id}-2` },
      recurring: { interval: 'month', interval_count: 1 },
    });
  });

  test('decided by another state is lost no update, and one that changes nothing makes no version', async () => {
    const { id } = await stage.plan();
    await patch(id, { name: 'Mine' }, '"1"').expect(200);
    const late = await patch(id, { name: 'Yours' }, '"1"').expect(412);
    expect(late.body.type).toBe('/problems/changed-meanwhile');
    expect((await patch(id, { name: 'Mine' }).expect(200)).headers.etag).toBe('"2"');
  });

  test('of interval or currency is refused once the plan was subscribed to, and others are not', async () => {
    const { planId, id } = await stage.subscribed();
    const { body } = await patch(planId, {
      interval: 'year',
      price: { amount: 5000, currency: 'EUR' },
    }).expect(409);
    expect([body.type, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      '/problems/plan-in-use',
      ['interval', 'price.currency'],
    ]);
    await patch(planId, { price: usd(5000), lessonsPerMonth: 5 }).expect(200);
    expect(await stage.row(id)).toMatchObject({ price: 4000, lessons_per_month: 4, max_lesson_price: 1000 });
    await patch((await stage.plan()).id, { interval: 'year' }).expect(200);
  });
});

test.each<[string, object, number, string]>([
  ['without a price', { price: undefined }, 400, 'price'],
  ['that costs nothing', { price: usd(0) }, 400, 'price.amount'],
  ['that no card can be charged', { price: usd(49) }, 422, 'price.amount'],
  [
    'in a currency no card is charged in',
    { price: { amount: 5000, currency: 'KWD' } },
    422,
    'price.currency',
  ],
  ['of a week', { interval: 'week' }, 400, 'interval'],
  ['of no lessons', { lessonsPerMonth: 0 }, 400, 'lessonsPerMonth'],
  ['with a trial of three years', { trialDays: 1095 }, 400, 'trialDays'],
  ['with a slug of capitals', { slug: 'Four Lessons' }, 400, 'slug'],
  ['with a lesson price of parts', { maxLessonPrice: 10.5 }, 400, 'maxLessonPrice'],
  ['with what is not known', { colour: 'red' }, 400, 'colour'],
])('a plan %s is refused, naming the field', async (_what, more, status, path) => {
  const { body } = await stage.send('post', '/admin/plans', stage.admin).send(four(more)).expect(status);
  expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
});

test('a slug is one plan’s, a plan that is not there is a 404, and only admins sell', async () => {
  const { slug, id } = await stage.plan();
  const taken = await stage.send('post', '/admin/plans', stage.admin).send(four({ slug })).expect(409);
  expect([taken.body.type, taken.body.errors[0].path]).toEqual(['/problems/slug-taken', 'slug']);
  const other = await stage.plan();
  await patch(other.id, { slug }).expect(409);
  await patch(newId(), { name: 'None' }).expect(404);
  await stage.send('get', `/admin/plans/${newId()}`, stage.admin).expect(404);
  const student = await person('student', 'teacher', 'finance');
  for (const [method, path] of [
    ['post', '/admin/plans'],
    ['patch', `/admin/plans/${id}`],
    ['get', '/admin/plans'],
    ['get', `/admin/plans/${id}`],
  ] as const)
    await stage.send(method, path, student).expect(403);
});

// The last: it moves the clock on, and requests come at the real time.
test('told again, a product and a price that were made and not heard of are found, not made twice', async () => {
  stage.standIn.control.fault({ kind: 'drop-answer', method: 'POST', path: '/v1/prices' });
  const { id } = await stage.plan();
  stage.pass(2 * 86_400); // the key of the price is forgotten by now
  await stage.tellOfPlans();
  const row = await stage.db('plans').where({ id }).first();
  expect(row.provider_price_id).toMatch(/^price_/);
  const answer = await fetch(`${stage.standIn.url}/v1/prices?product=rollcall-${id}`, {
    headers: { authorization: 'Bearer sk_test_stage' },
  });
  expect(((await answer.json()) as { data: unknown[] }).data).toHaveLength(1);
});
