/** The terms holds are placed under: written once, in force from a moment on, and tried out before they are. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SettlementPolicy } from '@rollcall/contracts/api/policies';
import { settlementAudited } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import { routes } from '../src/routes.js';
import { aClass, ask, config, migrations, policy, tell, user } from './stage.js';

let at: TestDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  at = await testDatabase(migrations);
  app = await testApp(routes({ db: at.db, config }));
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const PATH = '/admin/settlement-policies';
const reason = 'As the partners agreed';
const create = (body: object, headers = {}, id = newId()) => ask(app, 'post', PATH, { body, headers, id });
const simulate = (body: object) => ask(app, 'post', `${PATH}/simulate`, { body });
const listed = async () => (await ask(app, 'get', PATH)).body.data as SettlementPolicy[];

/** A class of a teacher nobody referred, played: 10.00, of which the first policy takes nothing. */
async function played(seconds = 3600) {
  const one = aClass();
  const bought = one.bought(1000);
  await tell(
    at.db,
    user(one.teacherId, 'teacher'),
    user(bought.studentId, 'student'),
    one.scheduled(),
    bought.event,
  );
  await tell(at.db, one.completed({ [bought.studentId]: seconds }));
  return { ...one, ...bought };
}

describe('a simulation', () => {
  test('says who would have got more or less, and moves nothing', async () => {
    const { teacherId } = await played();
    const before = await at.db('decisions').count('*').first();
    const { status, body } = await simulate({ preset: 'flat-15' });
    expect([status, body.holds, body.changed, body.skipped, body.more]).toEqual([200, 1, 1, 0, false]);
    expect(body.teachers).toEqual([
      { teacherId, currency: 'USD', holds: 1, was: 1000, would: 850, difference: -150 },
    ]);
    expect(body.totals[0].would).toEqual({ teacher: 850, commission: 150, referral: 0, refund: 0 });
    expect(await at.db('decisions').count('*').first()).toEqual(before);
    expect(await listed()).toHaveLength(1);
  });

  test('looks at as many as are asked for, in the period asked for, and says when there are more', async () => {
    await played();
    expect((await simulate({ preset: 'flat-15', limit: 1 })).body).toMatchObject({ holds: 1, more: true });
    const long = { from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' };
    expect((await simulate({ preset: 'flat-15', ...long })).body).toMatchObject({ holds: 0, more: false });
  });
});

describe('a version', () => {
  test('counts for what is bought from its moment on, and for nothing bought before', async () => {
    const admin = newId();
    const rates = { otherwiseRate: 33.33, thresholdPercent: 50, overrides: [{ courseId: newId(), rate: 5 }] };
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { status, body } = await create(
      { preset: 'custom', rates, effectiveFrom: soon, reason },
      {},
      admin,
    );
    expect([status, SettlementPolicy.parse(body)]).toEqual([201, body]);
    expect(body).toMatchObject({
      version: 2,
      status: 'scheduled',
      otherwiseRate: 33.33,
      effectiveFrom: soon,
    });
    expect((await listed()).map(({ version, status }) => [version, status])).toEqual([
      [2, 'scheduled'],
      [1, 'in-force'],
    ]);
    const [audit] = (await emitted(at.db, settlementAudited)).filter((one) => one.data.actor === admin);
    expect(audit?.data).toMatchObject({ action: 'settlement.policy.create', target: 'policy:2', reason });

    expect((await create({ preset: 'flat-15', reason })).body).toMatchObject({
      ...{ version: 3, status: 'in-force', otherwiseRate: 15 },
    });
    const old = await played(720);
    expect(await at.db('holds').where({ id: old.holdId }).first()).toMatchObject({ policy_version: 1 });
    const now = aClass();
    const bought = now.bought(1000, newId(), new Date(Date.now() + 1_000).toISOString());
    await tell(at.db, user(now.teacherId, 'teacher'), now.scheduled(), bought.event);
    expect(await at.db('holds').where({ id: bought.holdId }).first()).toMatchObject({
      ...{ policy_version: 3, commission_rate: 1500 },
    });
    const page = await ask(app, 'get', `${PATH}?limit=2`);
    expect(page.body.data.map(({ version }: SettlementPolicy) => version)).toEqual([2, 3]);
    const rest = await ask(app, 'get', `${PATH}?limit=2&cursor=${page.body.nextCursor}`);
    expect(rest.body.data.map(({ version }: SettlementPolicy) => version)).toEqual([1]);
  });

  test('is written once under one key, and two at once are two versions', async () => {
    const before = (await listed()).length;
    const key = { 'idempotency-key': newId() };
    const admin = newId();
    const first = await create({ preset: 'flat-15', reason }, key, admin);
    const again = await create({ preset: 'flat-15', reason }, key, admin);
    expect(again.body.version).toBe(first.body.version);
    const rivals = await Promise.all([1, 2, 3, 4].map(() => create({ preset: 'flat-15', reason })));
    expect(new Set(rivals.map(({ body }) => body.version)).size).toBe(4);
    expect(await listed()).toHaveLength(before + 5);
  });

  test.each<[what: string, body: object, status: number]>([
    [
      'one that would have been in force already',
      { preset: 'flat-15', effectiveFrom: '2020-01-01T00:00:00Z' },
      422,
    ],
    ['custom without rates', { preset: 'custom' }, 400],
    ['rates beside a preset', { preset: 'flat-15', rates: { otherwiseRate: 1 } }, 400],
    ['more than all', { preset: 'custom', rates: { otherwiseRate: 100.01 } }, 400],
    ['a third decimal', { preset: 'custom', rates: { otherwiseRate: 1.005 } }, 400],
    [
      'an override of nobody',
      { preset: 'custom', rates: { otherwiseRate: 1, overrides: [{ rate: 1 }] } },
      400,
    ],
    ['a preset there is not', { preset: 'mine' }, 400],
  ])('refuses %s', async (_what, body, status) => {
    const before = (await listed()).length;
    expect((await create({ ...body, reason })).status).toBe(status);
    expect(await listed()).toHaveLength(before);
  });

  test('needs a reason, and is for admins alone', async () => {
    expect((await create({ preset: 'flat-15' })).status).toBe(400);
    for (const role of ['student', 'teacher', 'finance'] as const)
      expect((await ask(app, 'get', PATH, { role })).status).toBe(403);
  });
});
