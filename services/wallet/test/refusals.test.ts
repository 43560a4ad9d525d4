import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { adjust, brokenInvariants, ending, migrations, purchase, send, user } from './fixtures.js';

/** Each test goes past all code, in SQL: the database alone must say no. */
let test_: TestDatabase;
const db = () => test_.db;
let student: string;
const bought = { ended: purchase(newId(), [0]), open: purchase(newId(), [0]) };

beforeAll(async () => {
  test_ = await testDatabase(migrations);
  student = await user(db(), { credits: 10_000, promo: 500 });
  await adjust(db(), { userId: student, amount: 100, currency: 'EUR' });
  bought.ended = purchase(student, [1000]);
  bought.open = purchase(student, [1000]);
  await send(db(), bought.ended, bought.open, ending(bought.ended, { teacher: 700, commission: 300 }));
});
afterAll(() => test_.close());

const CHECK = '23514';
const FOREIGN_KEY = '23503';
const UNIQUE = '23505';
const RESTRICT = '23001';

const refusal = (
  sql: string,
  bindings: (string | number)[] = [],
): Promise<{ code?: string; constraint?: string }> =>
  db()
    .raw(sql, bindings)
    .then(
      () => ({}),
      (error: { code: string; constraint?: string }) => error,
    );

async function accountOf(kind: string, currency = 'USD'): Promise<number> {
  const owner = ['escrow', 'adjustments'].includes(kind) ? null : student;
  return (await db()('accounts').where({ owner_id: owner, kind, currency }).first('id')).id;
}

/** An entry with one transfer and the transaction that its user sees, as one statement; parts may be left out. */
function movement({
  amount = 100,
  seen = true,
  before = 0,
  after = 0,
  entry = true,
  account = 0,
  from = 0,
  to = 0,
}) {
  const id = newId();
  const sql = `
    with e as (insert into entries (id, type, reference_type, reference_id, at)
               select ?, 'admin_debit', 'adjustment', ?, now() where ?),
         t as (insert into transactions (account_id, id, entry_id, type, amount, balance_before, balance_after, at)
               select ?, ?, ?, 'admin_debit', ?, ?, ?, now() where ?)
    insert into transfers (entry_id, n, from_account, to_account, amount) values (?, 1, ?, ?, ?)`;
  const args = [
    id,
    id,
    entry,
    account,
    newId(),
    id,
    after - before,
    before,
    after,
    seen,
    id,
    from,
    to,
    amount,
  ];
  return refusal(sql, args as (string | number)[]);
}

test.each([
  ['entries', "update entries set type = 'refund'"],
  ['entries', 'delete from entries'],
  ['entries', 'truncate entries'],
  ['transfers', 'update transfers set amount = amount + 1'],
  ['transfers', 'delete from transfers'],
  ['transfers', 'truncate transfers'],
  ['transactions', 'update transactions set amount = amount'],
  ['transactions', 'delete from transactions'],
  ['transactions', 'truncate transactions'],
  ['purchases', "update purchases set reason = 'expired', outcome = 'declined'"],
  ['holds', 'update holds set teacher_id = student_id'],
  ['holds', 'delete from holds'],
  ['holds', 'truncate holds'],
  ['hold_endings', 'update hold_endings set reason = reason'],
  ['hold_endings', 'delete from hold_endings'],
  ['accounts', 'delete from accounts'],
  ['accounts', 'truncate accounts'],
])('%s are never changed or taken away: %s', async (table, sql) => {
  expect(Number((await db()(table).count())[0]?.count)).toBeGreaterThan(0);
  expect(await refusal(sql)).toMatchObject({ code: RESTRICT });
});

test('a balance does not change by hand, nor does an account change hands', async () => {
  const at = await accountOf('credits');
  expect(await refusal('update accounts set balance = balance + 1 where id = ?', [at])).toMatchObject({
    code: RESTRICT,
  });
  expect(await refusal('update accounts set owner_id = ? where id = ?', [newId(), at])).toMatchObject({
    code: RESTRICT,
  });
});

test('an account begins empty', async () => {
  const sql = "insert into accounts (owner_id, kind, currency, balance) values (?, 'credits', 'USD', 5)";
  expect(await refusal(sql, [newId()])).toMatchObject({ code: RESTRICT });
});

test('a transfer of more than there is is refused by the balance itself', async () => {
  const [from, to] = [await accountOf('promo'), await accountOf('adjustments')];
  const [{ balance }] = await db()('accounts').where({ id: from }).select('balance');
  const seen = { account: from, before: balance, after: -1 };
  expect(await movement({ from, to, amount: balance + 1, ...seen })).toMatchObject({
    code: CHECK,
    constraint: 'accounts_balance',
  });
});

test('a debt never rises above zero', async () => {
  const { rows } = await db().raw(
    "insert into accounts (owner_id, kind, currency, balance) values (?, 'debt', 'USD', 0) returning id",
    [student],
  );
  const [from, to] = [await accountOf('adjustments'), rows[0].id];
  expect(await movement({ from, to, amount: 1, account: to, before: 0, after: 1 })).toMatchObject({
    code: CHECK,
    constraint: 'accounts_balance',
  });
});

test.each([0, -1])('a transfer of %d is refused', async (amount) => {
  const [from, to] = [await accountOf('adjustments'), await accountOf('escrow')];
  expect(await movement({ from, to, amount, seen: false })).toMatchObject({
    code: CHECK,
    constraint: 'transfers_amount_check',
  });
});

test('a transfer from an account to itself is refused', async () => {
  const at = await accountOf('escrow');
  expect(await movement({ from: at, to: at, seen: false })).toMatchObject({
    code: CHECK,
    constraint: 'transfers_two_accounts',
  });
});

test('a transfer between two currencies is refused', async () => {
  const [from, to] = [await accountOf('adjustments', 'EUR'), await accountOf('escrow')];
  expect(await movement({ from, to, seen: false })).toMatchObject({ code: FOREIGN_KEY });
});

test('a transfer without its entry, or with an account that is not there, is refused', async () => {
  const [from, to] = [await accountOf('adjustments'), await accountOf('escrow')];
  expect(await movement({ from, to, seen: false, entry: false })).toMatchObject({ code: FOREIGN_KEY });
  expect(await movement({ from, to: 999_999_999, seen: false })).toMatchObject({ code: FOREIGN_KEY });
});

test("a transfer of a user's money without the transaction he sees is refused", async () => {
  const [from, to] = [await accountOf('credits'), await accountOf('adjustments')];
  expect(await movement({ from, to, seen: false })).toMatchObject({ code: CHECK });
});

test('a transaction that says another balance than the transfer leaves is refused', async () => {
  const [from, to] = [await accountOf('credits'), await accountOf('adjustments')];
  const [{ balance }] = await db()('accounts').where({ id: from }).select('balance');
  expect(await movement({ from, to, account: from, before: balance, after: balance - 99 })).toMatchObject({
    code: CHECK,
  });
});

test('a transaction begins with the balance the one before it left', async () => {
  const [from, to] = [await accountOf('credits'), await accountOf('adjustments')];
  const [{ balance }] = await db()('accounts').where({ id: from }).select('balance');
  expect(
    await movement({ from, to, account: from, before: balance + 1, after: balance - 100 }),
  ).toMatchObject({
    code: CHECK,
  });
});

test('before, amount and after of a transaction agree', async () => {
  const sql = `insert into transactions (account_id, id, entry_id, type, amount, balance_before, balance_after, at)
               select account_id, id, entry_id, 'refund', 5, balance_after, balance_after + 6, at from transactions limit 1`;
  expect(await refusal(sql)).toMatchObject({ code: CHECK, constraint: 'transactions_sum' });
});

const COPY_HOLD = (id: string, changes: Record<string, string> = {}) => {
  const names =
    'purchase_id n entry_id session_id course_id student_id teacher_id amount currency from_promo from_credits placed_at'.split(
      ' ',
    );
  return `insert into holds (id, ${names}) select ${id}, ${names.map((name) => changes[name] ?? name)} from holds where id = ?`;
};
const holdOf = ({ data }: { data: { holds: { holdId: string }[] } }) => data.holds[0]?.holdId ?? '';

test('a hold is placed once', async () => {
  expect(await refusal(COPY_HOLD('id'), [holdOf(bought.open)])).toMatchObject({ code: UNIQUE });
});

test('parts that do not add up to the hold are refused', async () => {
  const changed = COPY_HOLD('gen_random_uuid()', { from_credits: 'from_credits - 1' });
  expect(await refusal(changed, [holdOf(bought.open)])).toMatchObject({
    code: CHECK,
    constraint: 'holds_parts',
  });
});

function end(holdId: string, shares: Record<string, number> = {}) {
  const values = {
    amount: 1000,
    teacher: 1000,
    commission: 0,
    referral: 0,
    refund: 0,
    to_promo: 0,
    to_credits: 0,
    decision_version: 1,
  };
  const row = { ...values, ...shares };
  const sql = `insert into hold_endings (hold_id, entry_id, currency, reason, commission_rate, ended_at, ${Object.keys(row)})
               values (?, ?, 'USD', 'attended', 0, now(), ${Object.values(row)})`;
  return refusal(sql, [holdId, newId()]);
}

test('a hold ends once', async () => {
  expect(await end(holdOf(bought.ended), { to_promo: 0 })).toMatchObject({ code: UNIQUE });
});

test.each([
  ['teacher, commission, referral and refund that miss the amount', { teacher: 999 }, 'hold_endings_sum'],
  ['a share below zero', { teacher: 1001, commission: -1 }, 'hold_endings_commission_check'],
  ['a refund whose parts miss it', { teacher: 0, refund: 1000, to_credits: 999 }, 'hold_endings_refund'],
])('an ending with %s is refused', async (_what, shares, constraint) => {
  expect(await end(holdOf(bought.open), shares)).toMatchObject({ code: CHECK, constraint });
});

test.each([
  ['shares out another amount than its hold has', { amount: 500, teacher: 500 }],
  ['gives a part back more than came from it', { teacher: 0, refund: 1000, to_promo: 1000 }],
])('an ending that %s is refused', async (_what, shares) => {
  expect(await end(holdOf(bought.open), shares)).toMatchObject({ code: CHECK });
});

test('an ending without a hold is refused', async () => {
  expect(await end(newId())).toMatchObject({ code: CHECK });
});

test('after all that was refused the books are as they were', async () => {
  expect(await brokenInvariants(db())).toEqual({});
});
