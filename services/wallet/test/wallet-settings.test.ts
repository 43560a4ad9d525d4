/** Where a teacher's withdrawals go: stored sealed, shown masked, revealed to an admin alone. */
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bankAccountChanged, walletAudited } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import { type Keyring, keyList } from '@rollcall/kit/sealed';
import { emitted, type TestDatabase, testApp, testDatabase, token, workOf } from '@rollcall/kit/testing';
import type { Work } from '@rollcall/kit/work';
import request from 'supertest';
import { routes } from '../src/routes.js';
import { type Resealed, resealBankDetails } from '../src/use-cases/bank-keys/reseal.js';
import { config, migrations, user } from './fixtures.js';
import { asked, bankAccount, handsOn, IBAN } from './withdrawing.js';

let test_: TestDatabase;
let app: RequestListener;
const db = () => test_.db;
const { admin, get, ask, act } = handsOn(() => app);
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: db(), config }));
});
afterAll(() => test_.close());

let changedByHand: string;
const masked = { bankName: 'A Bank', accountNumber: '****3000', accountName: 'T*** C***' };
const unset = {
  ...{ defaultBankAccount: null, autoPayout: false, payoutWeekday: null, payoutThreshold: null },
};
const stored = { defaultBankAccount: bankAccount };
const toStored = { amount: asked.amount, currency: asked.currency };
const change = async (id: string, body: object, headers: Record<string, string> = {}) =>
  request(app)
    .patch('/api/v1/wallet/settings')
    .set({ authorization: `Bearer ${await token({ id, roles: ['teacher'] })}`, ...headers })
    .send(body);

describe('PATCH /wallet/settings', () => {
  test('stores a bank account, shows it masked, and says that it changed', async () => {
    const id = newId();
    expect((await get('/wallet/settings', id)).body).toEqual({ ...unset, version: 0 });
    const { status, body, headers } = await change(id, stored);
    expect([status, body, headers.etag]).toEqual([
      ...[200, { ...unset, defaultBankAccount: masked, version: 1 }, '"1"'],
    ]);
    expect((await get('/wallet/settings', id)).body).toEqual(body);
    expect((await emitted(db(), bankAccountChanged)).at(-1)?.data).toEqual({ teacherId: id, last4: '3000' });
    const taken = await change(id, { defaultBankAccount: null });
    expect(taken.body).toEqual({ ...unset, version: 2 });
  });

  test('of an account number or BIC that is none is 422 and says which, not what it was', async () => {
    const wrong = { ...bankAccount, accountNumber: `${IBAN}1`, swiftCode: 'NOBIC' };
    const { status, body } = await change(newId(), { defaultBankAccount: wrong });
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      ...[422, ['defaultBankAccount.accountNumber', 'defaultBankAccount.swiftCode']],
    ]);
    expect(JSON.stringify(body)).not.toMatch(/3704|NOBIC/);
  });

  test('decided by an older state is 412', async () => {
    const id = newId();
    expect((await change(id, stored, { 'if-match': '"0"' })).status).toBe(200);
    expect((await change(id, stored, { 'if-match': '"0"' })).status).toBe(412);
  });

  test('of two first ones at once, each decided by none being there, one wins', async () => {
    const id = newId();
    const both = await Promise.all([1, 2].map(() => change(id, stored, { 'if-match': '"0"' })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

/** Of all bank details there are: what was sealed anew, and what does not open. */
async function resealed(keys: Keyring) {
  const seen: Resealed[] = [];
  const inWork = <R>(run: (work: Work) => Promise<R>) => workOf(db(), run);
  await resealBankDetails(inWork, keys, async (_work, batch) => void seen.push(batch));
  return { done: seen.flatMap(({ done }) => done), broken: seen.flatMap(({ broken }) => broken) };
}

test('the account that is stored, named again, is neither new nor told of', async () => {
  const id = newId();
  await change(id, stored);
  const since = new Date('2026-01-01');
  await db()('bank_accounts').where({ owner_id: id }).update({ changed_at: since });
  const told = (await emitted(db(), bankAccountChanged)).length;
  expect((await change(id, stored)).status).toBe(200);
  expect(await db()('bank_accounts').where({ owner_id: id }).first('changed_at')).toEqual({
    changed_at: since,
  });
  expect(await emitted(db(), bankAccountChanged)).toHaveLength(told);
  await change(id, { defaultBankAccount: { ...bankAccount, bankName: 'Another Bank' } });
  expect(await emitted(db(), bankAccountChanged)).toHaveLength(told + 1);
});

describe('a withdrawal', () => {
  test('without an account goes to the stored one, and keeps it when that changes', async () => {
    const teacher = await user(db(), { earnings: 9000 });
    const none = await ask(teacher, toStored);
    expect([none.status, none.body.type]).toEqual([422, '/problems/no-bank-account']);
    await change(teacher, stored);
    const { status, body } = await ask(teacher, toStored);
    expect([status, body.bankAccount]).toEqual([201, masked]);
    await change(teacher, { defaultBankAccount: null });
    expect((await act(body.id, 'reveal')).body).toEqual({ id: body.id, bankAccount });
  });

  test('goes to the account it names while the stored one does not open, and says so where it names none', async () => {
    const teacher = await user(db(), { earnings: 9000 });
    await change(teacher, stored);
    await db()('bank_accounts').where({ owner_id: teacher }).update({ bank_sealed: 'gone.x.y' });
    const none = await ask(teacher, toStored);
    expect([none.status, none.body.type]).toEqual([422, '/problems/no-bank-account']);
    expect((await ask(teacher)).status).toBe(201);
  });

  test('waits until its account has been named long enough, which a stored one may have been', async () => {
    const cautious = await testApp(routes({ db: db(), config: { ...config, BANK_COOL_DOWN_HOURS: 24 } }));
    const hands = handsOn(() => cautious);
    const teacher = await user(db(), { earnings: 12_000 });
    const fresh = (await hands.ask(teacher)).body.id;
    await hands.act(fresh, 'approve');
    const early = await hands.act(fresh, 'complete');
    expect([early.status, early.body.type]).toEqual([409, '/problems/bank-account-too-new']);
    expect(Date.parse(early.body.payableFrom)).toBeGreaterThan(Date.now() + 23 * 3_600_000);

    await change(teacher, stored);
    await db()('bank_accounts')
      .where({ owner_id: teacher })
      .update({ changed_at: new Date('2026-01-01') });
    for (const body of [
      { ...toStored, amount: 1000 },
      { ...asked, amount: 1000 },
    ]) {
      const { id } = (await hands.ask(teacher, body)).body;
      await hands.act(id, 'approve');
      expect((await hands.act(id, 'complete')).status).toBe(200);
    }
    // The same number at another bank, or of another person, is another account.
    for (const other of [
      { bankName: 'Another Bank' },
      { accountName: 'Mall Ory' },
      { swiftCode: 'COBADEFF' },
    ]) {
      const { id } = (
        await hands.ask(teacher, { ...asked, amount: 1000, bankAccount: { ...bankAccount, ...other } })
      ).body;
      await hands.act(id, 'approve');
      expect((await hands.act(id, 'complete')).body.type).toBe('/problems/bank-account-too-new');
    }
  });

  test('to an account number or BIC that is none is 422', async () => {
    const wrong = { ...asked, bankAccount: { ...bankAccount, accountNumber: 'DE00370400440532013000' } };
    const { status, body } = await ask(await user(db(), { earnings: 9000 }), wrong);
    expect([status, body.errors[0].path]).toEqual([422, 'bankAccount.accountNumber']);
  });

  test('is revealed with its reader and reason in the audit trail, and stored nowhere', async () => {
    const { body } = await ask(await user(db(), { earnings: 9000 }));
    const { headers } = await act(body.id, 'reveal', { body: { reason: 'To pay it' } });
    expect(headers['cache-control']).toContain('no-store');
    expect((await emitted(db(), walletAudited)).at(-1)?.data).toMatchObject({
      ...{ actor: admin, action: 'wallet.withdrawal.reveal', target: body.id, reason: 'To pay it' },
    });
    expect((await act(newId(), 'reveal')).status).toBe(404);
    for (const table of ['withdrawals', 'bank_accounts', 'outbox', 'entries']) {
      const { rows } = await db().raw('select t::text as text from ?? t', [table]);
      for (const { text } of rows) expect(text).not.toMatch(/0532 ?0130|Tea Cher/);
    }
  });

  test('does not open with the details of another row', async () => {
    const teacher = await user(db(), { earnings: 9000 });
    const [one, two] = [
      (await ask(teacher, { ...asked, amount: 1000 })).body.id,
      (await ask(teacher)).body.id,
    ];
    await db().raw(
      'update withdrawals set bank_sealed = (select bank_sealed from withdrawals where id = ?) where id = ?',
      [one, two],
    );
    changedByHand = two;
    const { status, body } = await act(two, 'reveal');
    expect([status, JSON.stringify(body)]).toEqual([500, expect.not.stringContaining('3704')]);
  });

  test('is sealed anew by the newer key while the service runs, after which the older one may go', async () => {
    const teacher = await user(db(), { earnings: 9000 });
    const { body } = await ask(teacher);
    await change(teacher, stored);
    const pair = (id: string, letter: string) => `${id}:${Buffer.alloc(32, letter).toString('base64')}`;
    const both = keyList.parse(`${pair('newer', 'n')},${pair('test', 'b')}`);
    const { done, broken } = await resealed(both);
    expect(done).toEqual(expect.arrayContaining([teacher, body.id]));
    expect(broken).toEqual([changedByHand]); // which keeps no other from being sealed anew
    expect((await resealed(both)).done).toEqual([]);
    const BANK_KEYS = keyList.parse(pair('newer', 'n'));
    const alone = handsOn(() => newer);
    const newer = await testApp(routes({ db: db(), config: { ...config, BANK_KEYS } }));
    expect((await alone.act(body.id, 'reveal')).body.bankAccount).toEqual(bankAccount);
    expect((await alone.ask(teacher, { ...toStored, amount: 1000 })).status).toBe(201);
  });

  test('sealed by an older key opens while that key is in the list', async () => {
    const { body } = await ask(await user(db(), { earnings: 9000 }));
    const older = `test:${Buffer.alloc(32, 'b').toString('base64')}`;
    const BANK_KEYS = keyList.parse(`newer:${Buffer.alloc(32, 'n').toString('base64')},${older}`);
    const rotated = await testApp(routes({ db: db(), config: { ...config, BANK_KEYS } }));
    expect((await handsOn(() => rotated).act(body.id, 'reveal')).body.bankAccount).toEqual(bankAccount);
  });
});
