/** Past all code, in SQL: a withdrawal's row refuses by itself what must not be. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { requestWithdrawal } from '../src/use-cases/request-withdrawal.js';
import { brokenInvariants, config, migrations, user } from './fixtures.js';
import { asked } from './withdrawing.js';

let test_: TestDatabase;
let id: string;
const db = () => test_.db;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  const teacherId = await user(db(), { earnings: 9000 });
  const made = await workOf(db(), (work) => requestWithdrawal(work, { ...asked, teacherId }, config));
  id = made.withdrawalId;
});
afterAll(async () => {
  expect(await brokenInvariants(db())).toEqual({});
  await test_.close();
});

const CHECK = '23514';
const RESTRICT = '23001';
const UNIQUE = '23505';
const refusal = (sql: string, bindings: Record<string, string> = {}): Promise<string | undefined> =>
  db()
    .raw(sql, bindings)
    .then(
      () => 'was let in',
      (error: { code: string }) => error.code,
    );

test.each<[string, string, string]>([
  ['another amount', 'amount = amount + 1', RESTRICT],
  ['another teacher', 'teacher_id = :other', RESTRICT],
  ['another reservation', 'reserved_entry_id = :other', RESTRICT],
  ['a step that is none', "status = 'processing'", CHECK],
  ['the end without the money moving', "status = 'rejected', failure_reason = 'x'", CHECK],
  ['the money moving without the end', "status = 'approved', ended_entry_id = :other", CHECK],
  ['a refusal without a reason', "status = 'rejected', ended_entry_id = :other", CHECK],
  ['a state nobody knows', "status = 'lost'", CHECK],
])('a withdrawal does not take %s', async (_what, change, code) => {
  const bindings: Record<string, string> = change.includes(':other') ? { id, other: newId() } : { id };
  expect(await refusal(`update withdrawals set ${change} where id = :id`, bindings)).toBe(code);
});

test.each<[string, string]>([
  ['a payout day that came to nothing and says not why', `values (:other, '2026-11-27', null, '{}', now())`],
  ['one that paid and was blocked', `values (:other, '2026-11-27', :id, '{suspended}', now())`],
])('there is not %s', async (_what, values) => {
  const bindings: Record<string, string> = values.includes(':id')
    ? { id, other: newId() }
    : { other: newId() };
  expect(await refusal(`insert into auto_payouts ${values}`, bindings)).toBe(CHECK);
});

test.each<[string, string]>([
  ['automatic payouts without a day', 'true, null, 1000, :usd'],
  ['automatic payouts without a threshold', 'true, 5, null, null'],
  ['a threshold without a currency', 'false, 5, 1000, null'],
  ['an eighth day of the week', 'false, 8, null, null'],
])('nobody sets %s', async (_what, values) => {
  const bindings: Record<string, string> = { other: newId() };
  if (values.includes(':usd')) bindings.usd = 'USD';
  const insert = `
    insert into bank_accounts (owner_id, changed_at, auto_payout, payout_weekday, payout_threshold, payout_currency)
    values (:other, now(), ${values})`;
  expect(await refusal(insert, bindings)).toBe(CHECK);
});

test('two rotations of the bank keys are not asked for at once', async () => {
  const ask = 'insert into bank_key_rotations (id) values (:other)';
  await refusal(ask, { other: newId() });
  expect(await refusal(ask, { other: newId() })).toBe(UNIQUE);
});

test.each<[string, string, string]>([
  ['be deleted', 'delete from withdrawals', RESTRICT],
  ['lose its attempts', 'delete from withdrawal_attempts', RESTRICT],
  [
    'share its reservation',
    `insert into withdrawals (id, teacher_id, amount, currency, status, bank_sealed, bank_masked, requested_at, payable_from, reserved_entry_id)
     select :other, teacher_id, amount, currency, status, bank_sealed, bank_masked, requested_at, payable_from, reserved_entry_id
       from withdrawals`,
    UNIQUE,
  ],
])('nor can it %s', async (_what, sql, code) => {
  expect(await refusal(sql, sql.includes(':other') ? { other: newId() } : {})).toBe(code);
});
