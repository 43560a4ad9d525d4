/** What finance reads of the sealed ledger, and that a change made by hand is found. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LedgerEntry, Solvency, TrialBalance } from '@rollcall/contracts/api/finance';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { unsealedOf, verificationOf } from '../src/queries/ledger.js';
import { routes } from '../src/routes.js';
import { adjust, brokenInvariants, config, ending, migrations, purchase, send, user } from './fixtures.js';
import { seal } from './sealing.js';

let test_: TestDatabase;
let app: RequestListener;
let student: string;
let teacher: string;
let between: string;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  app = await testApp(routes({ db: test_.db, config }));
  const { db } = test_;
  student = await user(db, { credits: 5000 });
  await adjust(db, { userId: student, amount: 1500, currency: 'JPY', reason: '=1+1, "so"\nit is' });
  await seal(test_);
  between = (await trial()).asOf;
  const bought = purchase(student, [1000, 0]);
  teacher = bought.data.teacherId;
  await send(db, bought);
  await send(db, ending(bought, { teacher: 700, commission: 300 }));
  await seal(test_);
});
afterAll(() => test_.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await token({ id: newId(), roles: ['finance'] })}`;
  return request(app)
    .get(`/api/v1/finance/${path}`)
    .set({ authorization, ...headers });
}
const ledger = async (query = ''): Promise<{ data: LedgerEntry[]; nextCursor: string | null }> =>
  (await get(`ledger?${query}`)).body;
const trial = async (query = ''): Promise<TrialBalance> => (await get(`trial-balance?${query}`)).body;

describe('GET /finance/ledger', () => {
  test('has every entry in order, without a gap, each with its transfers and hashes', async () => {
    const { data, nextCursor } = await ledger();
    expect(data.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'admin_credit'],
      [2, 'admin_credit'],
      [3, 'purchase'],
      [4, 'payment_release'],
    ]);
    expect(nextCursor).toBeNull();
    expect(data.map(({ previousHash }) => previousHash)).toEqual([
      '0'.repeat(64),
      ...data.slice(0, -1).map(({ hash }) => hash),
    ]);
    expect(data[3]?.transfers).toEqual([
      { from: 'escrow', to: `earnings:${teacher}`, amount: 700, currency: 'USD' },
      { from: 'escrow', to: 'commission', amount: 300, currency: 'USD' },
    ]);
  });

  test('goes on after a number, and by its cursor', async () => {
    const first = await ledger('after=1&limit=2');
    expect(first.data.map(({ seq }) => seq)).toEqual([2, 3]);
    expect((await ledger(`limit=2&cursor=${first.nextCursor}`)).data.map(({ seq }) => seq)).toEqual([4]);
    expect((await ledger('after=4')).data).toEqual([]);
    for (const wrong of ['after=-1', 'after=x', 'limit=101', 'cursor=x', 'page=2'])
      expect([wrong, (await get(`ledger?${wrong}`)).status]).toEqual([wrong, 400]);
  });

  test('as CSV has a row a transfer, in major units, with formulas defused', async () => {
    for (const csv of [await get('ledger?format=csv'), await get('ledger', { accept: 'text/csv' })]) {
      expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
      const [head, ...rows] = csv.text.trimEnd().split('\r\n');
      expect(head).toMatch(/^seq,id,type,at,reference,.*from,to,amount,currency,previousHash,hash,sealedAt$/);
      expect(rows).toHaveLength(5);
      expect(rows[0]).toContain(`,adjustments,credits:${student},50.00,USD,`);
      expect(rows[1]).toContain(`,"'=1+1, ""so""\nit is",adjustments,credits:${student},1500,JPY,`);
    }
    const after = await get('ledger?format=csv&after=3');
    expect(after.text.trimEnd().split('\r\n')).toHaveLength(3);
  });

  test('as CSV goes through more entries than a page has, each once', async () => {
    const { db, url, close } = await testDatabase(migrations);
    const rows = Array.from({ length: 2_500 }, () => ({
      ...{
        id: newId(),
        type: 'admin_credit',
        reference_type: 'adjustment',
        reference_id: newId(),
        at: new Date(),
      },
    }));
    await db.batchInsert('entries', rows, 500);
    await seal({ db, url });
    const listener = await testApp(routes({ db, config }));
    const authorization = `Bearer ${await token({ id: newId(), roles: ['admin'] })}`;
    const { text } = await request(listener).get('/api/v1/finance/ledger?format=csv').set({ authorization });
    const seqs = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]));
    expect(seqs).toEqual(rows.map((_, index) => index + 1));
    expect(await verificationOf(db, { from: 1 })).toMatchObject({ valid: true, count: 2_500 });
    expect(await verificationOf(db, { from: 1_500, to: 2_400 })).toMatchObject({ valid: true, count: 901 });
    expect(await db('seal_checkpoints').orderBy('seq').pluck('seq')).toHaveLength(2);
    expect(await brokenInvariants(db)).toEqual({});
    await close();
  });
});

describe('GET /finance/trial-balance', () => {
  test('has what every kind of account holds; every total is 0', async () => {
    expect(await trial()).toMatchObject({
      seq: 4,
      accounts: [
        { account: 'adjustments', currency: 'JPY', balance: -1500 },
        { account: 'credits', currency: 'JPY', balance: 1500 },
        { account: 'adjustments', currency: 'USD', balance: -5000 },
        { account: 'commission', currency: 'USD', balance: 300 },
        { account: 'credits', currency: 'USD', balance: 4000 },
        { account: 'earnings', currency: 'USD', balance: 700 },
        { account: 'escrow', currency: 'USD', balance: 0 },
      ],
      totals: [
        { currency: 'JPY', balance: 0 },
        { currency: 'USD', balance: 0 },
      ],
    });
  });

  test('is asked as of a moment that has passed', async () => {
    const then = await trial(`asOf=${between}`);
    expect([then.asOf, then.seq]).toEqual([between, 2]);
    expect(then.accounts).toContainEqual({ account: 'credits', currency: 'USD', balance: 5000 });
    expect(await trial('asOf=2001-01-01T00:00:00Z')).toMatchObject({ seq: 0, accounts: [], totals: [] });
    expect((await get('trial-balance?asOf=2099-01-01T00:00:00Z')).status).toBe(422);
    expect((await get('trial-balance?asOf=yesterday')).status).toBe(400);
  });

  test('is had as CSV', async () => {
    const { text } = await get('trial-balance?format=csv');
    expect(text).toContain(',4,commission,3.00,USD\r\n');
  });
});

test('GET /finance/solvency says what is owed and held, and what the difference comes from', async () => {
  const { currencies } = (await get('solvency')).body as Solvency;
  expect(currencies[1]).toEqual({
    currency: 'USD',
    owed: { total: 4700, figures: { credits: 4000, earnings: 700, escrow: 0 } },
    held: { total: 0, figures: {} },
    surplus: -4700,
    explainedBy: { adjustments: -5000, commission: 300 },
    solvent: false,
  });
  expect(((await get(`solvency?asOf=${between}`)).body as Solvency).seq).toBe(2);
});

describe('GET /finance/verify', () => {
  test('finds an untouched ledger valid, whole and in part', async () => {
    expect((await get('verify')).body).toEqual({
      ...{ valid: true, from: 1, to: 4, count: 4, firstBad: null, reason: null },
    });
    expect((await get('verify?from=2&to=3')).body).toMatchObject({ valid: true, from: 2, to: 3, count: 2 });
  });

  test('refuses a range that is none', async () => {
    for (const range of ['from=3&to=2', 'to=9', 'from=9', 'to=100001'])
      expect([range, (await get(`verify?${range}`)).status]).toEqual([range, 422]);
    for (const range of ['from=0', 'from=x']) expect((await get(`verify?${range}`)).status).toBe(400);
  });

  test.each<[what: string, harm: string, firstBad: number]>([
    ['the amount of a transfer', 'update transfers set amount = amount + 1 where n = 2', 4],
    [
      'where money went',
      "update transfers set to_account = (select id from accounts where kind = 'commission')",
      1,
    ],
    ['a transfer that is gone', 'delete from transfers where n = 2', 4],
    ['an entry that is gone', "delete from entries where type = 'purchase'", 3],
    ['a reason', "update entries set description = 'harmless' where description is not null", 1],
    [
      'who did it',
      'update entries set actor_id = gen_random_uuid() where id = (select entry_id from seals where seq = 2)',
      2,
    ],
    ['when it was', "update entries set at = at - interval '1 day' where type = 'payment_release'", 4],
    ['whose account it is', "update accounts set owner_id = gen_random_uuid() where kind = 'earnings'", 4],
    ['a seal that is gone', 'delete from seals where seq = 2', 2],
    [
      'two entries that changed places',
      'update seals set seq = case seq when 2 then 3 else 2 end + 10 where seq in (2, 3); update seals set seq = seq - 10 where seq > 10',
      2,
    ],
    ['a hash', "update seals set hash = sha256('x') where seq = 3", 3],
  ])('finds a change made by hand: %s', async (_what, harm, firstBad) => {
    const tx = await test_.db.transaction();
    try {
      await tx.raw('set local session_replication_role = replica'); // past the triggers
      await tx.raw(harm);
      expect(await verificationOf(tx as Database, { from: 1, to: 4 })).toMatchObject({
        valid: false,
        firstBad,
      });
    } finally {
      await tx.rollback();
    }
  });
});

test('the verifier for third parties agrees, sharing no code, and finds what was changed in between', async () => {
  const script = new URL('../../../docs/examples/verify-ledger.mjs', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const verify = (...pages: unknown[]) => {
    const files = pages.map((page, index) => {
      const file = join(folder, `${index}.json`);
      writeFileSync(file, JSON.stringify(page));
      return file;
    });
    const { status, stdout } = spawnSync(process.execPath, [script, ...files], { encoding: 'utf8' });
    return { status, stdout };
  };
  const pages = [await ledger('limit=2'), await ledger('after=2')] as const;
  const good = verify(...pages);
  expect(good.status).toBe(0);
  expect(good.stdout).toContain('valid: 1 to 4');
  expect(good.stdout).toContain(pages[1].data.at(-1)?.hash as string);

  const [, second] = structuredClone(pages);
  (second.data[1] as { transfers: { amount: number }[] }).transfers[0]!.amount += 1;
  expect(verify(pages[0], second)).toMatchObject({ status: 1, stdout: expect.stringContaining('4:') });
  expect(verify(pages[1])).toMatchObject({ status: 1, stdout: expect.stringContaining('1:') });
});

test('what waits for its seal is counted', async () => {
  expect(await unsealedOf(test_.db)).toEqual({ count: 0, seconds: 0 });
});

describe('GET /finance/holds/:holdId', () => {
  test('follows a hold from the purchase to the withdrawal that took what it brought', async () => {
    const { db } = test_;
    const bought = purchase(student, [2000]);
    const { holdId } = bought.data.holds[0]!;
    const earner = await user(db);
    bought.data.teacherId = earner;
    await adjust(db, {
      userId: earner,
      amount: 600,
      currency: 'USD',
      account: 'earnings',
      reason: 'earlier',
    });
    await send(db, bought);
    await seal(test_);
    const placed = await get(`holds/${holdId}`);
    expect(placed.body).toMatchObject({
      ...{ amount: 2000, from: { credits: 2000, promo: 0, subscription: 0 }, payouts: [], remaining: 0 },
    });
    expect(stepsOf(placed.body)).toEqual([['placed', 'purchase']]);

    await send(db, ending(bought, { teacher: 1400, commission: 600 }));
    const [first, second] = [await withdraw(earner, 1000), await withdraw(earner, 1000)];
    const authorization = `Bearer ${await token({ id: newId(), roles: ['admin'] })}`;
    for (const step of ['approve', 'complete'])
      await request(app)
        .post(`/api/v1/admin/withdrawals/${first}/${step}`)
        .set({ authorization })
        .expect(200);
    await seal(test_);
    const { status, body } = await get(`holds/${holdId}`);
    expect(status).toBe(200);
    expect(stepsOf(body)).toEqual([
      ['placed', 'purchase'],
      ['ended', 'payment_release'],
      ['reserved', 'withdrawal'],
      ['reserved', 'withdrawal'],
      ['paid-out', 'withdrawal'],
    ]);
    expect(body.payouts).toMatchObject([
      { withdrawalId: first, status: 'completed', amount: 1000, share: 400 },
      { withdrawalId: second, status: 'pending', amount: 1000, share: 1000 },
    ]);
    expect([body.brought, body.remaining]).toEqual([1400, 0]);
    const { data } = await ledger(`after=${body.steps[0].entry.seq - 1}&limit=1`);
    expect(body.steps[0].entry).toEqual(data[0]);

    await request(app)
      .post(`/api/v1/admin/withdrawals/${second}/reject`)
      .set({ authorization })
      .send({ reason: 'a test' })
      .expect(200);
    expect((await get(`holds/${holdId}`)).body).toMatchObject({ payouts: [{ share: 400 }], remaining: 1000 });

    await adjust(db, {
      userId: earner,
      amount: 300,
      currency: 'USD',
      account: 'earnings',
      direction: 'debit',
    });
    expect((await get(`holds/${holdId}`)).body).toMatchObject({ brought: 1400, remaining: 700 });
  });

  test('of a hold the wallet does not know is a 404', async () => {
    expect((await get(`holds/${newId()}`)).status).toBe(404);
  });
});

const stepsOf = ({ steps }: { steps: { step: string; entry: LedgerEntry }[] }) =>
  steps.map(({ step, entry }) => [step, entry.type]);

async function withdraw(teacher: string, amount: number): Promise<string> {
  const bankAccount = {
    bankName: 'A Bank',
    accountNumber: 'DE89370400440532013000',
    accountName: 'Tea Cher',
  };
  const { body } = await request(app)
    .post('/api/v1/withdrawals/request')
    .set({ authorization: `Bearer ${await token({ id: teacher, roles: ['teacher'] })}` })
    .send({ amount, currency: 'USD', bankAccount })
    .expect(201);
  return body.id;
}
