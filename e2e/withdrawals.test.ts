/** Earnings paid out, through the gateway and two replicas of every service: once, whoever asks how often at once. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { AuditEntry } from '@rollcall/contracts/api/identity-users';
import type { PayoutReadiness } from '@rollcall/contracts/api/payouts';
import { type PayoutBatchWithLines, readPayoutBatchFile } from '@rollcall/contracts/api/payouts';
import type { Analytics, RevenueSummary } from '@rollcall/contracts/api/revenue';
import type { Transaction } from '@rollcall/contracts/api/wallet';
import type { Withdrawal } from '@rollcall/contracts/api/withdrawals';
import type { AdminWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import type { Problem } from '@rollcall/contracts/problem';
import { newId } from '@rollcall/kit/id';
import { type Keyring, keyList, seal, unseal } from '@rollcall/kit/sealed';
import { checkInvariants, runCli } from './invariants.js';
import {
  type Answer,
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  register,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

const IBAN = 'DE89370400440532013000';
const bankAccount = {
  bankName: 'A Bank',
  accountNumber: IBAN,
  accountName: 'Tea Cher',
  swiftCode: 'COBADEFF',
};
const asked = { amount: 2000, currency: 'USD', bankAccount };
const because = { reason: 'The account is closed' };

/** Two keys, as in the middle of a rotation, and an account to pay from. */
const keyOf = (letter: string) => Buffer.alloc(32, letter).toString('base64');
const payingByFile = {
  BANK_KEYS: `newer:${keyOf('n')},older:${keyOf('o')}`,
  PAYOUT_DEBTOR_NAME: 'Lessons Ltd',
  PAYOUT_DEBTOR_ACCOUNT: 'DE75512108001245126199',
};

let system: System;
let admin: Caller;
let other: Caller;
beforeAll(async () => {
  system = await startSystem({ replicas: 2, settingsOf: { wallet: payingByFile } });
  admin = await demo(system.gateway, 'admin');
  other = await register(system.gateway, 'teacher');
}, 120_000);
afterAll(() => system.stop());
afterEach(async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});

/** A teacher with earnings, in minor units. */
async function earner(amount: number): Promise<Caller> {
  const teacher = await register(system.gateway, 'teacher');
  const body = { amount, currency: 'USD', reason: 'a test', account: 'earnings' };
  const given = await admin.post(`/admin/wallets/${teacher.id}/credit`, body);
  expect(given.status).toBe(201);
  return teacher;
}
const request = (teacher: Caller, headers: Record<string, string> = {}, body: object = asked) =>
  teacher.post<Withdrawal>('/withdrawals/request', body, headers);
const act = <Body = AdminWithdrawal>(id: string, step: string, body: object = {}, headers = {}) =>
  admin.post<Body>(`/admin/withdrawals/${id}/${step}`, body, headers);
const earningsOf = async (teacher: Caller) => (await walletOf(teacher)).earnings;
const usd = (amount: number) => ({ amount, currency: 'USD' });
const statusesOf = (answers: readonly Answer<unknown>[]) => answers.map(({ status }) => status).sort();

test('what a class earned is withdrawn, from the request to the bank, and both names show it', async () => {
  const teacher = await register(system.gateway, 'teacher');
  const student = await studentWith(system.gateway, admin, 5000);
  const session = (await publishedCourse(teacher, { price: 5000 })).sessions[0]!;
  const bought = await buy(student, session);
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  expect((await settled(student, holdOf(bought))).status).toBe('released');

  const revenue = await teacher.get<RevenueSummary>('/revenue/teacher/summary');
  expect(revenue.body).toMatchObject({
    totalEarnings: usd(5000),
    totalCommissions: usd(0),
    netEarnings: usd(5000),
  });
  const byCourse = await teacher.get<Analytics>('/wallet/analytics?by=course&timeZone=Europe/Warsaw');
  expect(byCourse.body.totals).toMatchObject({ netEarnings: usd(5000), releases: 1 });
  const rows = await teacher.get<string>('/revenue/teacher/transactions?format=csv');
  expect(rows.headers.get('content-type')).toContain('text/csv');
  const readiness = await teacher.get<PayoutReadiness>('/wallet/payout-readiness');
  expect(readiness.body.blocked.map(({ code }) => code)).toEqual(['auto-payout-off', 'no-bank-account']);
  expect((await admin.get(`/admin/wallets/${teacher.id}/payout-readiness`)).body).toEqual(readiness.body);

  const { status, body, headers } = await request(teacher);
  expect([status, body.status, headers.get('etag')]).toEqual([201, 'pending', '"1"']);
  expect(await earningsOf(teacher)).toMatchObject({ available: usd(3000), reservedForWithdrawal: usd(2000) });
  const waiting = await admin.get<{ data: Withdrawal[] }>(`/admin/payouts?teacherId=${teacher.id}`);
  expect(waiting.body.data).toEqual([body]);

  for (const step of ['approve', 'process', 'complete']) expect((await act(body.id, step)).status).toBe(200);

  expect(await earningsOf(teacher)).toMatchObject({
    ...{ available: usd(3000), reservedForWithdrawal: usd(0), totalWithdrawn: usd(2000) },
  });
  const paid = await teacher.get<Withdrawal>(`/payouts/${body.id}`);
  expect(paid.body).toMatchObject({ status: 'completed', processedBy: admin.id, version: 4 });
  expect((await teacher.get<{ data: Withdrawal[] }>('/withdrawals/me')).body.data).toEqual([paid.body]);
  const { body: seen } = await teacher.get<{ data: Transaction[] }>('/wallet/transactions?type=withdrawal');
  expect(seen.data).toMatchObject([{ amount: -2000, status: 'completed', referenceId: body.id }]);
  await eventually('the audit trail to have each step', async () => {
    const { body: trail } = await admin.get<{ data: AuditEntry[] }>('/admin/audit?limit=100');
    const steps = trail.data.filter(({ target }) => target === body.id);
    return steps.length === 3;
  });
}, 120_000);

test('of fifty requests at once for one balance, as many are reserved as it covers', async () => {
  const teacher = await earner(6500);
  const answers = await Promise.all(Array.from({ length: 50 }, () => request(teacher)));
  expect(statusesOf(answers)).toEqual([...Array(3).fill(201), ...Array(47).fill(409)]);
  const refused = answers
    .filter(({ status }) => status === 409)
    .map(({ body }) => body as unknown as Problem);
  for (const { type } of refused) expect(type).toBe('/problems/insufficient-earnings');
  expect(await earningsOf(teacher)).toMatchObject({ available: usd(500), reservedForWithdrawal: usd(6000) });
}, 60_000);

test('one request sent ten times at once under one key is one withdrawal', async () => {
  const teacher = await earner(9000);
  const key = { 'idempotency-key': newId() };
  const answers = await Promise.all(Array.from({ length: 10 }, () => request(teacher, key)));
  for (const { status } of answers) expect([201, 409]).toContain(status);
  const again = await request(teacher, key);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
  expect(new Set([...ids, again.body.id]).size).toBe(1);
  expect((await earningsOf(teacher)).reservedForWithdrawal).toEqual(usd(2000));
}, 60_000);

test('of admins who decide at once one wins; the others are told the state, or that theirs is stale', async () => {
  const teacher = await earner(2000);
  const { body } = await request(teacher);
  const decide = ['approve', 'reject', 'approve', 'reject'].map((step) => act(body.id, step, because));
  const answers = await Promise.all([...decide, teacher.delete(`/withdrawals/${body.id}`)]);
  expect(statusesOf(answers)).toEqual([200, 409, 409, 409, 409]);
  const { status } = (await teacher.get<Withdrawal>(`/withdrawals/${body.id}`)).body;
  const back = status !== 'approved';
  expect((await earningsOf(teacher)).available).toEqual(usd(back ? 2000 : 0));
  const stale = await act<Problem>(body.id, 'approve', {}, { 'if-match': '"1"' });
  expect([stale.status, stale.body.type]).toEqual([412, '/problems/changed-meanwhile']);
}, 60_000);

test('a transfer that fails, or comes back after completion, is earnings again', async () => {
  const teacher = await earner(4000);
  const [failing, returning] = [(await request(teacher)).body.id, (await request(teacher)).body.id];
  for (const id of [failing, returning]) await act(id, 'approve');
  await act(returning, 'complete');
  expect((await act(failing, 'fail', because)).body.failureReason).toBe(because.reason);
  const { body } = await act(returning, 'return', because);
  expect(body).toMatchObject({ status: 'returned', attempts: [{ n: 1, status: 'returned' }] });
  expect(await earningsOf(teacher)).toMatchObject({ available: usd(4000), totalWithdrawn: usd(0) });
}, 60_000);

test('approved ones go to the bank in one file, and what the bank says of each is told line by line', async () => {
  const [one, two] = [await earner(2000), await earner(3000)];
  const ids = [
    (await request(one)).body.id,
    (await request(two, {}, { ...asked, amount: 3000 })).body.id,
  ] as [string, string];
  for (const id of ids) await act(id, 'approve');
  const body = { currency: 'USD', withdrawals: ids.map((id) => ({ id })) };
  const tries = await Promise.all(
    [1, 2, 3].map(() => admin.post<PayoutBatchWithLines>('/admin/payout-batches', body)),
  );
  expect(statusesOf(tries)).toEqual([201, 409, 409]);
  const batch = tries.find(({ status }) => status === 201)!.body;
  expect(batch).toMatchObject({ count: 2, total: usd(5000), status: 'processing' });

  const fileOf = async (format: 'csv' | 'pain.001', again: 'true' | 'false' = 'false') => {
    const input = { params: { batchId: batch.id }, query: { format, again } };
    const answer = await admin.api.open(readPayoutBatchFile, input, '*/*');
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const file = await fileOf('pain.001');
  expect(file.type).toContain('application/xml');
  for (const words of ['<CtrlSum>50.00</CtrlSum>', `<IBAN>${IBAN}</IBAN>`, ids[0].replaceAll('-', '')])
    expect(file.text).toContain(words);
  expect((await fileOf('csv')).text).toContain(`${ids[1]},30.00,USD,Tea Cher,${IBAN}`);

  expect((await act(ids[0], 'complete')).body.payoutBatchId).toBe(batch.id);
  await act(ids[1], 'fail', because);
  const { body: seen } = await admin.get<PayoutBatchWithLines>(`/admin/payout-batches/${batch.id}`);
  expect([seen.status, seen.lines.map(({ status }) => status)]).toEqual([
    ...['partly-completed', ['completed', 'failed']],
  ]);
  await expect(fileOf('pain.001')).rejects.toThrow('Lines of this batch have ended');
  expect(await fileOf('pain.001', 'true')).toEqual(file);
  expect(await earningsOf(one)).toMatchObject({ available: usd(0), totalWithdrawn: usd(2000) });
  expect(await earningsOf(two)).toMatchObject({ available: usd(3000), reservedForWithdrawal: usd(0) });
}, 60_000);

test('an operator rotates the bank keys while all of it runs, and what they sealed still opens', async () => {
  const { id } = (await request(await earner(2000))).body;
  const row = () => system.db('wallet')('withdrawals').where({ id });
  const keys = keyList.parse(payingByFile.BANK_KEYS);
  const older: Keyring = { ...keys, sealing: { id: 'older', key: keys.keys.get('older')! } };
  const purpose = `key/bank-account/${id}`;
  const [by, wrapped, content] = (await row().first()).bank_sealed.split('.');
  const key = seal(older, unseal(keys, `${by}.${wrapped}`, purpose), purpose);
  await row().update({ bank_sealed: `${key}.${content}` });

  const done = await runCli(
    system,
    'bank-keys',
    'rotate',
    '--to',
    'newer',
    '--reason',
    'a test',
    '--as',
    'ann',
  );
  expect([done.code, done.output]).toEqual([
    0,
    expect.stringMatching(/^ended, by newer: \d+ sealed anew, 0 do/m),
  ]);
  const status = await runCli(system, 'bank-keys', 'status');
  expect([status.code, status.output]).toEqual([0, expect.not.stringContaining('older:')]);
  expect((await act<{ bankAccount: object }>(id, 'reveal')).body.bankAccount).toEqual(bankAccount);
}, 60_000);

test("another teacher's withdrawal is as if it were not there, under both names and at the service itself", async () => {
  const teacher = await earner(2000);
  const { id } = (await request(teacher)).body;
  const authorization = `Bearer ${other.token}`;
  for (const base of [system.gateway, ...system.urls.wallet])
    for (const path of ['withdrawals', 'payouts'])
      for (const method of ['GET', 'DELETE']) {
        const answer = await fetch(`${base}/api/v1/${path}/${id}`, { method, headers: { authorization } });
        expect([base, method, answer.status]).toEqual([base, method, 404]);
      }
  expect((await other.get<{ data: unknown[] }>('/withdrawals/me')).body.data).toEqual([]);
  expect((await teacher.get<Withdrawal>(`/withdrawals/${id}`)).body.status).toBe('pending');
}, 60_000);

test('the account number is shown to who reveals it alone; nothing else holds it, be it table, event or log', async () => {
  const teacher = await earner(2000);
  const { id } = (await request(teacher)).body;
  const wrong = { ...asked, bankAccount: { ...bankAccount, accountNumber: 'DE89370400440532013001' } };
  const refused = await request(teacher, {}, wrong);
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.not.stringContaining('3704')]);
  const masked = await admin.get<AdminWithdrawal>(`/admin/withdrawals/${id}`);
  expect(masked.body.bankAccount.accountNumber).toBe('****3000');
  const revealed = await act<{ bankAccount: object }>(id, 'reveal', { reason: 'To type it in at the bank' });
  expect([revealed.status, revealed.body.bankAccount]).toEqual([200, bankAccount]);
  expect((await teacher.post(`/admin/withdrawals/${id}/reveal`)).status).toBe(403);

  const tables = ['withdrawals', 'withdrawal_attempts', 'outbox', 'entries', 'idempotency_keys'];
  for (const table of tables) {
    const { rows } = await system.db('wallet').raw('select t::text as text from ?? t', [table]);
    for (const { text } of rows) expect(text).not.toMatch(/37040044|Tea Cher/);
  }
  for (const one of [...system.processes('wallet'), ...system.processes('gateway')])
    expect(one.said()).not.toMatch(/37040044/);
}, 60_000);
