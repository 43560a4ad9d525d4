/** Payouts nobody asks for: on a teacher's day, once, if nothing stands in the way; and the panel that says what does. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type PayoutReadiness, readPayoutReadiness } from '@rollcall/contracts/api/payouts';
import { userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { withdrawalRequested } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import {
  emitted,
  envelope,
  quietLog,
  type TestDatabase,
  testApp,
  testDatabase,
  token,
  workOf,
} from '@rollcall/kit/testing';
import request from 'supertest';
import { routes } from '../src/routes.js';
import { clawBack } from '../src/use-cases/claw-back.js';
import { payAutomatically, payWhoIsDue } from '../src/use-cases/payouts/pay-automatically.js';
import { requestWithdrawal } from '../src/use-cases/request-withdrawal.js';
import {
  adjust,
  balance,
  brokenInvariants,
  config,
  migrations,
  registered,
  send,
  usd,
  user,
} from './fixtures.js';
import { until } from './sealing.js';
import { asked, bankAccount, because, handsOn } from './withdrawing.js';

/** A Friday, seen from the start of its day in UTC. */
const FRIDAY = new Date('2026-12-04T00:10:20.000Z');
const DAY = 86_400_000;
const after = (days: number) => new Date(FRIDAY.getTime() + days * DAY);

let test_: TestDatabase;
let app: RequestListener;
let clock = FRIDAY;
const db = () => test_.db;
const { get, act, ask } = handsOn(() => app);
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config, clock: () => clock }));
});
afterAll(() => test_.close());
afterEach(async () => {
  clock = FRIDAY;
  expect(await brokenInvariants(db())).toEqual({});
});

const change = async (id: string, body: object, headers: Record<string, string> = {}) =>
  request(app)
    .patch('/api/v1/wallet/settings')
    .set({ authorization: `Bearer ${await token({ id, roles: ['teacher'] })}`, ...headers })
    .send(body);
const PLAN = { autoPayout: true, payoutWeekday: 'friday', payoutThreshold: usd(5000) };
const readiness = async (id: string, search = ''): Promise<PayoutReadiness> =>
  (await get(`/wallet/payout-readiness${search}`, id)).body;
const codesOf = (panel: PayoutReadiness) => panel.blocked.map(({ code }) => code);

/** A teacher who is paid on Fridays, with so much. */
async function planned(earnings = 6000, plan: object = PLAN): Promise<string> {
  const id = await user(db(), { earnings });
  expect((await change(id, { defaultBankAccount: bankAccount, ...plan })).status).toBe(200);
  return id;
}
const turn = (now = FRIDAY, settings = config) =>
  payWhoIsDue({ db: db(), now, log: quietLog, inWork: (run) => workOf(db(), run, now) }, settings);
const withdrawalsOf = (id: string) =>
  db()('withdrawals').where({ teacher_id: id }).orderBy('id').select('amount', 'status', 'notes');
const somebodyWaits = async (): Promise<boolean> => {
  const { rows } = await db().raw(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows.length > 0;
};
const outcomesOf = (id: string) =>
  db()('auto_payouts').where({ teacher_id: id }).orderBy('day').select('withdrawal_id', 'blocked');

describe('settings', () => {
  test('keep what is left out, one version for all of them', async () => {
    const id = newId();
    expect((await change(id, PLAN)).body).toMatchObject({ ...PLAN, defaultBankAccount: null, version: 1 });
    const { body } = await change(id, { payoutWeekday: 'monday' });
    expect(body).toMatchObject({ ...PLAN, payoutWeekday: 'monday', version: 2 });
    const stored = (await change(id, { defaultBankAccount: bankAccount })).body;
    expect(stored).toMatchObject({ autoPayout: true, payoutThreshold: usd(5000), version: 3 });
    expect((await change(id, { autoPayout: false }, { 'if-match': '"2"' })).status).toBe(412);
    expect(
      (await change(id, { autoPayout: false, payoutWeekday: null, payoutThreshold: null })).body,
    ).toEqual({
      ...{ ...stored, autoPayout: false, payoutWeekday: null, payoutThreshold: null, version: 4 },
    });
  });

  test('changed at once in different ways are all kept', async () => {
    const id = newId();
    await Promise.all([
      change(id, { defaultBankAccount: bankAccount }),
      change(id, { payoutWeekday: 'tuesday' }),
      change(id, { payoutThreshold: usd(2000) }),
    ]);
    expect((await get('/wallet/settings', id)).body).toMatchObject({
      ...{ payoutWeekday: 'tuesday', payoutThreshold: usd(2000), version: 3 },
      defaultBankAccount: { accountNumber: '****3000' },
    });
  });

  test('do not make a bank account new that stays the same', async () => {
    const id = await planned();
    await db()('bank_accounts')
      .where({ owner_id: id })
      .update({ changed_at: new Date('2026-01-01') });
    await change(id, { payoutThreshold: usd(7000) });
    const row = await db()('bank_accounts').where({ owner_id: id }).first('changed_at');
    expect(row.changed_at).toEqual(new Date('2026-01-01'));
  });

  test.each<[string, object, string]>([
    ['on without a day', { ...PLAN, payoutWeekday: null }, 'payoutWeekday'],
    ['a threshold below ten', { payoutThreshold: usd(999) }, 'payoutThreshold'],
  ])('with %s are 422', async (_what, body, path) => {
    const { status, body: problem } = await change(newId(), body);
    expect([status, problem.type, problem.errors[0].path]).toEqual([
      ...[422, '/problems/invalid-payout-settings', path],
    ]);
  });

  test.each([{ payoutWeekday: 'someday' }, { autoPayout: 'yes' }, { payoutThreshold: 5000 }])(
    'like %j are 400',
    async (body) => {
      expect((await change(newId(), body)).status).toBe(400);
    },
  );
});

describe('on the payout day', () => {
  test('all that is available is asked for, once that day, and again a week later', async () => {
    const id = await planned();
    await turn(after(-1));
    expect(await withdrawalsOf(id)).toEqual([]);
    for (const minutes of [0, 10, 20]) await turn(new Date(FRIDAY.getTime() + minutes * 60_000));
    expect(await withdrawalsOf(id)).toEqual([{ amount: 6000, status: 'pending', notes: 'Automatic payout' }]);
    expect(await balance(db(), id, 'withdrawing')).toBe(6000);
    const said = (await emitted(db(), withdrawalRequested)).filter(({ data }) => data.teacherId === id);
    expect(said).toHaveLength(1);

    const [{ withdrawal_id }] = await outcomesOf(id);
    for (const step of ['approve', 'complete']) await act(withdrawal_id, step);
    await adjust(db(), { userId: id, amount: 5000, account: 'earnings' });
    await turn(after(1));
    expect(await withdrawalsOf(id)).toHaveLength(1);
    await turn(after(7));
    expect((await withdrawalsOf(id))[1]).toMatchObject({ amount: 5000, status: 'pending' });
  });

  test('what stands in the way is written down, and the day is not looked at again', async () => {
    const id = await planned(4999);
    await turn();
    await adjust(db(), { userId: id, amount: 5000, account: 'earnings' });
    await turn();
    expect(await withdrawalsOf(id)).toEqual([]);
    expect(await outcomesOf(id)).toEqual([{ withdrawal_id: null, blocked: ['below-threshold'] }]);
    await turn(after(7));
    expect(await withdrawalsOf(id)).toMatchObject([{ amount: 9999 }]);
  });

  test('a bank account is paid to once it has been named long enough', async () => {
    const id = await planned();
    await db()('bank_accounts')
      .where({ owner_id: id })
      .update({ changed_at: after(-1) });
    await turn(FRIDAY, { ...config, BANK_COOL_DOWN_HOURS: 48 });
    expect(await outcomesOf(id)).toEqual([{ withdrawal_id: null, blocked: ['bank-account-too-new'] }]);
    await turn(after(7), { ...config, BANK_COOL_DOWN_HOURS: 48 });
    expect(await withdrawalsOf(id)).toHaveLength(1);
  });

  test('a suspended teacher is not paid, and is again once he is not, whatever order the news comes in', async () => {
    const id = await planned();
    const { data } = registered(id);
    const suspended = envelope(userSuspended, { ...data, version: 3 });
    for (const news of [suspended, envelope(userUpdated, { ...data, version: 2 })]) await send(db(), news);
    await turn();
    expect(await outcomesOf(id)).toEqual([{ withdrawal_id: null, blocked: ['suspended'] }]);
    await send(db(), envelope(userUpdated, { ...data, version: 4 }));
    await turn(after(7));
    expect(await withdrawalsOf(id)).toHaveLength(1);
  });

  test('however many replicas look at once, there is one', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => planned()));
    const turns = await Promise.all(Array.from({ length: 6 }, () => turn()));
    for (const id of ids) expect(await withdrawalsOf(id)).toHaveLength(1);
    expect(turns.reduce((sum, { requested }) => sum + requested, 0)).toBe(5);
    expect(turns.map(({ failed }) => failed)).toEqual(Array(6).fill(0));
  });

  test('a request by hand at the same moment and the payout never share money, and are never two open at once by it', async () => {
    for (let n = 0; n < 10; n += 1) {
      const id = await planned();
      const byHand = workOf(db(), (work) =>
        requestWithdrawal(work, { teacherId: id, amount: 1000, currency: 'USD' }, config),
      );
      const [first] = await Promise.allSettled([byHand, turn()]);
      const found = await withdrawalsOf(id);
      // By hand first: the payout finds it open. The payout first: nothing is left to ask for.
      expect(found.map(({ amount }) => amount)).toEqual(first.status === 'fulfilled' ? [1000] : [6000]);
    }
  });

  test('a request by hand that is not committed yet is waited for, and then found', async () => {
    const id = await planned();
    let paying: ReturnType<typeof turn> | undefined;
    await workOf(db(), async (work) => {
      const byHand = { teacherId: id, amount: 1000, currency: 'USD' };
      await requestWithdrawal(work, byHand, config);
      paying = turn();
      await until('the payout to wait for it', somebodyWaits);
    });
    expect(await paying).toMatchObject({ failed: 0 });
    expect(await outcomesOf(id)).toEqual([{ withdrawal_id: null, blocked: ['withdrawal-open'] }]);
  });

  test('who turns it off at the same moment is paid or not, and never pays half', async () => {
    const id = await planned();
    await Promise.all([change(id, { autoPayout: false }), turn()]);
    const [paid, outcomes] = [await withdrawalsOf(id), await outcomesOf(id)];
    expect(paid).toHaveLength(outcomes.length);
    expect(await workOf(db(), (work) => payAutomatically(work, id, config), FRIDAY)).toBe('none');
  });

  test('one whose details do not open keeps no other from being paid, and is tried again', async () => {
    const [broken, fine] = [await planned(), await planned()];
    const kept = await db()('bank_accounts').where({ owner_id: broken }).first('bank_sealed');
    await db()('bank_accounts').where({ owner_id: broken }).update({ bank_sealed: 'test.AAAA' });
    expect((await turn()).failed).toBe(1);
    expect([await withdrawalsOf(fine), await outcomesOf(broken)]).toMatchObject([[{ amount: 6000 }], []]);
    await db()('bank_accounts').where({ owner_id: broken }).update(kept);
    await turn();
    expect(await withdrawalsOf(broken)).toHaveLength(1);
  });
});

describe('GET /wallet/payout-readiness', () => {
  test('says when the next payout is and that nothing is in the way', async () => {
    const id = await planned();
    const panel = await readiness(id);
    expect(readPayoutReadiness.answer?.parse(panel)).toEqual(panel);
    expect(panel).toEqual({
      ...{
        ready: true,
        nextPayoutDate: '2026-12-04',
        blocked: [],
        autoPayout: true,
        payoutWeekday: 'friday',
      },
      ...{ available: usd(6000), threshold: usd(5000), minimum: usd(1000), bankCoolDownHours: 0 },
    });
    clock = after(1);
    expect((await readiness(id)).nextPayoutDate).toBe('2026-12-11');
  });

  test('says of each obstacle what takes it away', async () => {
    const id = await user(db(), { earnings: 100 });
    const none = await readiness(id, '?currency=EUR');
    expect([none.ready, none.nextPayoutDate, codesOf(none)]).toEqual([
      ...[false, null, ['auto-payout-off', 'no-bank-account', 'below-minimum']],
    ]);
    expect([none.available, none.threshold]).toEqual([
      { amount: 0, currency: 'EUR' },
      { amount: 1000, currency: 'EUR' },
    ]);
    const debt = { userId: id, amount: 300, currency: 'USD', reason: 'a test', actorId: newId() };
    await workOf(db(), (work) => clawBack(work, debt));
    await change(id, { ...PLAN, defaultBankAccount: bankAccount });
    const owing = await readiness(id);
    expect(codesOf(owing)).toEqual(['debt-stands', 'below-minimum']);
    expect(owing.blocked[0]).toMatchObject({ message: 'You owe 2.00 USD.', until: null });
  });

  test('agrees with what the payout then does, and shows the withdrawal it made', async () => {
    for (const earnings of [4999, 5000]) {
      const id = await planned(earnings);
      const { ready } = await readiness(id);
      await turn();
      expect(await withdrawalsOf(id)).toHaveLength(ready ? 1 : 0);
      const then = await readiness(id);
      expect([then.nextPayoutDate, codesOf(then)]).toEqual([
        '2026-12-11',
        ready ? ['below-minimum', 'withdrawal-open'] : ['below-threshold'],
      ]);
    }
  });

  test('is open again once a withdrawal has come to an end', async () => {
    const id = await planned(12_000);
    const { body } = await ask(id, { ...asked, amount: 1000 });
    expect(codesOf(await readiness(id))).toEqual(['withdrawal-open']);
    await act(body.id, 'reject', { body: because });
    expect((await readiness(id)).ready).toBe(true);
  });
});
