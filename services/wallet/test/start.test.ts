import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import { hearers } from '@rollcall/contracts/topology';
import { readConfig } from '@rollcall/kit/config';
import { connect } from '@rollcall/kit/database';
import { createLog } from '@rollcall/kit/log';
import { registry } from '@rollcall/kit/metrics';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { watchLedger } from '../src/collect.js';
import { settings } from '../src/config.js';
import { consumers } from '../src/consumers.js';
import { giveDemoCredits } from '../src/demo.js';
import { balance, brokenInvariants, ending, migrations, purchase, send, user } from './fixtures.js';

const log = createLog('wallet', 'fatal');
let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());

test('demo students start with their 500.00 once, however many replicas start how often', async () => {
  const replicas = Array.from({ length: 4 }, () => connect(test_.url, { max: 2 }));
  const clock = () => new Date();
  await Promise.all(replicas.map((replica) => giveDemoCredits(replica, clock)));
  await giveDemoCredits(db(), clock);
  for (const { id, credits } of DEMO_ACCOUNTS) expect(await balance(db(), id, 'credits')).toBe(credits);
  expect(DEMO_ACCOUNTS.filter(({ credits }) => credits === 50_000)).toHaveLength(2);
  expect(await brokenInvariants(db())).toEqual({});
  await Promise.all(replicas.map((replica) => replica.destroy()));
});

test('the wallet reacts to what the topology brings it, and to nothing else', () => {
  const handled = consumers.flatMap(({ types }) => types.map(({ type }) => type));
  expect(handled.sort()).toEqual((hearers.wallet ?? []).map(({ type }) => type).sort());
});

test('the platform’s currency is USD unless set, and must be a currency', () => {
  const env = {
    ...{ PORT: '1', DATABASE_URL: 'x', AMQP_URL: 'x', AUTH_JWKS_URL: 'http://x/jwks.json' },
  };
  expect(readConfig(settings, env).PLATFORM_CURRENCY).toBe('USD');
  expect(() => readConfig(settings, { ...env, PLATFORM_CURRENCY: 'XXX' })).toThrow('PLATFORM_CURRENCY');
});

test.each<[string, Record<string, string>, string]>([
  ['a name without an account', { PAYOUT_DEBTOR_NAME: 'Lessons Ltd' }, 'PAYOUT_DEBTOR_ACCOUNT is missing'],
  ['an account without a name', { PAYOUT_DEBTOR_ACCOUNT: '12345' }, 'PAYOUT_DEBTOR_NAME is missing'],
  ['an IBAN that is none', { PAYOUT_DEBTOR_ACCOUNT: 'DE00512108001245126199' }, 'PAYOUT_DEBTOR_ACCOUNT: '],
  ['a BIC that is none', { PAYOUT_DEBTOR_BIC: 'NO' }, 'PAYOUT_DEBTOR_BIC: '],
  ['a name no bank takes', { PAYOUT_DEBTOR_NAME: '株式会社' }, 'PAYOUT_DEBTOR_NAME: '],
])('it does not start with %s to pay from', (_what, given, says) => {
  const env = { PORT: '1', DATABASE_URL: 'x', AMQP_URL: 'x', AUTH_JWKS_URL: 'http://x/jwks.json' };
  const read = (more: Record<string, string>) => readConfig(settings, { ...env, ...more });
  expect(() => read(given)).toThrow(says);
  const whole = { PAYOUT_DEBTOR_NAME: 'Lessons Ltd', PAYOUT_DEBTOR_ACCOUNT: 'DE75 5121 0800 1245 1261 99' };
  expect(read({ ...whole, PAYOUT_DEBTOR_BIC: 'SOGEDEFF' })).toMatchObject(whole);
});

test('the gauges that must be 0 are 0 with holds open and ended, and are summed once a minute at most', async () => {
  const bought = purchase(await user(db(), { credits: 3000 }), [1000, 2000]);
  await send(db(), bought, ending(bought, { teacher: 700, commission: 300 }));
  const collect = watchLedger();
  const at = (minute: number) => () => new Date(Date.UTC(2026, 10, 20, 10, minute));
  await collect({ db: db(), log, clock: at(0) });
  expect(await gauges()).toEqual([0, 0]);

  // Past the triggers, as no client of the service could: the gauges must see it.
  await db().transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica');
    await tx.raw("update accounts set balance = balance + 5 where kind = 'earnings'");
    await tx.raw('delete from hold_endings');
  });
  await collect({ db: db(), log, clock: at(0) });
  expect(await gauges()).toEqual([0, 0]);
  await collect({ db: db(), log, clock: at(1) });
  expect(await gauges()).toEqual([5, 1000]);
  expect(Object.keys(await brokenInvariants(db())).length).toBeGreaterThanOrEqual(3);
});

test('a ledger that cannot be summed is no ledger that fits, and is neither waited for for long nor in the way of the rest', async () => {
  const collect = watchLedger();
  const at = (minute: number) => () => new Date(Date.UTC(2026, 10, 20, 11, minute));
  const rival = await db().transaction();
  await rival.raw('lock table hold_endings in access exclusive mode');
  await collect({ db: db(), log, clock: at(0) });
  expect(await gauges()).toEqual([Number.NaN, Number.NaN]);
  await rival.raw('alter table hold_endings rename to hold_endings_gone');
  await rival.commit();
  await collect({ db: db(), log, clock: at(0) });
  await collect({ db: db(), log, clock: at(1) });
  expect(await gauges()).toEqual([Number.NaN, Number.NaN]);
  await db().raw('alter table hold_endings_gone rename to hold_endings');
  await collect({ db: db(), log, clock: at(2) });
  expect((await gauges()).every(Number.isInteger)).toBe(true);
});

async function gauges(): Promise<(number | undefined)[]> {
  const value = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value;
  return [await value('ledger_imbalance'), await value('escrow_minus_open_holds')];
}
