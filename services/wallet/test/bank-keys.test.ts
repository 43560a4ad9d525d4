/** Bank keys replaced on request while the wallet runs: what was asked for, how far it is, and its end, in the table. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { runTick } from '@rollcall/kit/schedule';
import { keyList } from '@rollcall/kit/sealed';
import { quietLog, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { sealBankAccount, unsealBankAccount } from '../src/bank-account.js';
import { schedule } from '../src/schedule.js';
import { rotateWhenAsked } from '../src/use-cases/bank-keys/rotate.js';
import { changeSettings } from '../src/use-cases/change-settings.js';
import { requestWithdrawal } from '../src/use-cases/request-withdrawal.js';
import { config, migrations, user } from './fixtures.js';
import { asked, bankAccount } from './withdrawing.js';

const pair = (id: string, letter: string) => `${id}:${Buffer.alloc(32, letter).toString('base64')}`;
const older = config.BANK_KEYS;
const both = keyList.parse(`${pair('newer', 'n')},${pair('test', 'b')}`);

let test_: TestDatabase;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());
beforeEach(async () => {
  await db()('bank_key_rotations').delete();
});

/** Teachers with a withdrawal and a stored account each, sealed by the older key. */
async function teachers(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const teacherId = await user(db(), { earnings: 5000 });
    await workOf(db(), (work) => requestWithdrawal(work, { ...asked, teacherId }, config));
    const change = { teacherId, ifMatch: undefined, defaultBankAccount: bankAccount };
    await workOf(db(), (work) => changeSettings(work, change, older));
  }
}
const request = async (more: object = {}) => {
  await db()('bank_key_rotations').insert({ id: newId(), ...more });
};
const rotate = (keys = both, now = () => new Date()) =>
  rotateWhenAsked((run) => workOf(db(), run), keys, now);
const row = () => db()('bank_key_rotations').orderBy('asked_at', 'desc').first();
async function keysInUse(): Promise<string[]> {
  const { rows } = await db().raw(`
    select distinct split_part(bank_sealed, '.', 1) as key from (
      select bank_sealed from withdrawals union all select bank_sealed from bank_accounts where bank_sealed is not null
    ) sealed order by key`);
  return (rows as { key: string }[]).map(({ key }) => key);
}

test('nothing is done that nobody asked for', async () => {
  expect(await rotate()).toBe(false);
});

/** Stored accounts alone, more than one batch takes. */
async function manyStored(count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => {
    const owner_id = newId();
    const { sealed, masked } = sealBankAccount(older, bankAccount, owner_id);
    return { owner_id, bank_sealed: sealed, bank_masked: JSON.stringify(masked), changed_at: new Date() };
  });
  await db().batchInsert('bank_accounts', rows, 500);
}

test('all of it is sealed by the key that seals now, batch after batch, and the end is written down', async () => {
  await teachers(2);
  await manyStored(1_001);
  expect(await keysInUse()).toEqual(['test']);
  await request();
  expect(await rotate()).toBe(true);
  expect(await keysInUse()).toEqual(['newer']);
  expect(await row()).toMatchObject({
    ...{ key_id: 'newer', resealed: 1_005, broken: 0, ended_at: expect.any(Date) },
  });
  for (const { owner_id, bank_sealed } of await db()('bank_accounts').limit(20))
    expect(unsealBankAccount(both, bank_sealed, owner_id)).toEqual(bankAccount);
  expect(await rotate()).toBe(false);
});

test('one asked for by another key is left to who seals by it', async () => {
  await request({ wanted_key: 'newer' });
  expect(await rotate(older)).toBe(false);
  expect(await row()).toMatchObject({ key_id: null, ended_at: null });
  expect(await rotate(both)).toBe(true);
});

test('of many replicas at once one does it; what one has left is taken up by another after half a minute', async () => {
  await teachers(2);
  await request();
  const done = await Promise.all(Array.from({ length: 5 }, () => rotate()));
  expect(done.filter(Boolean)).toHaveLength(1);
  expect((await row()).resealed).toBe(4);

  const now = new Date();
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
  await request({ key_id: 'newer', worked_at: ago(29), broken: 7 });
  expect(await rotate(both, () => now)).toBe(false);
  await db()('bank_key_rotations')
    .whereNull('ended_at')
    .update({ worked_at: ago(31) });
  expect(await rotate(both, () => now)).toBe(true);
  expect((await db()('bank_key_rotations').where({ broken: 7 })).length).toBe(0);
});

test('what does not open is counted, stays as it is, and keeps nothing else from it', async () => {
  await teachers(2);
  const { id } = await db()('withdrawals').orderBy('id', 'desc').first('id');
  const kept = `test.${'A'.repeat(80)}`;
  await db()('withdrawals').where({ id }).update({ bank_sealed: kept });
  await request();
  expect(await rotate()).toBe(true);
  expect(await row()).toMatchObject({ resealed: 3, broken: 1 });
  expect((await db()('withdrawals').where({ id }).first('bank_sealed')).bank_sealed).toBe(kept);
  await db()('withdrawals').where({ id }).update({ bank_sealed: 'newer.AAAA' });
});

test('details that change while they are sealed anew are kept as they were changed', async () => {
  await teachers(20);
  const { owner_id: teacherId } = await db()('bank_accounts').orderBy('owner_id', 'desc').first('owner_id');
  const other = { ...bankAccount, accountName: 'Some Body' };
  const change = { teacherId, ifMatch: undefined, defaultBankAccount: other };
  await request();
  await Promise.all([rotate(), workOf(db(), (work) => changeSettings(work, change, older))]);
  await request();
  await rotate(); // by the clock, or by hand: what an older replica sealed meanwhile
  const stored = await db()('bank_accounts').where({ owner_id: teacherId }).first();
  expect(stored.bank_masked).toMatchObject({ accountName: 'S*** B***' });
  expect(stored.bank_sealed).toMatch(/^newer\./);
});

test('by the clock it is looked for every five seconds', async () => {
  await request();
  const task = schedule({ ...config, BANK_KEYS: both }).find(
    ({ name }) => name === 'wallet.rotate-bank-keys',
  )!;
  expect(task.pattern).toBe('*/5 * * * * *');
  await runTick(db(), task, new Date(), quietLog);
  expect(await row()).toMatchObject({ key_id: 'newer', ended_at: expect.any(Date) });
});
