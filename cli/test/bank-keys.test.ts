/** The operator's side of a rotation. The wallet's side, which has the keys, is played here by its table. */
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { askForRotation } from '../src/bank-keys.js';
import { runProgram } from '../src/program.js';

let wallet: TestDatabase;
beforeAll(async () => {
  wallet = await testDatabase(new URL('../../services/wallet/migrations/', import.meta.url));
});
afterAll(() => wallet.close());
beforeEach(async () => {
  await wallet.db('bank_key_rotations').delete();
  await wallet.db('bank_accounts').delete();
});

async function run(...args: string[]) {
  let out = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text: unknown) => {
      out += String(text);
      return true;
    }),
  );
  try {
    const code = await runProgram(['bank-keys', ...args], { DATABASE_URL_WALLET: wallet.url });
    return { code, out };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
const why = ['--reason', 'the old key was seen', '--as', 'ann'];
const store = (...keys: string[]) =>
  wallet.db('bank_accounts').insert(
    keys.map((key) => ({
      owner_id: newId(),
      bank_sealed: `${key}.x`,
      bank_masked: '{}',
      changed_at: new Date(),
    })),
  );
/** Takes the rotation up once it is asked for, tells progress, and ends it with so many that do not open. */
async function playWallet({ broken = 0, sealed = 'new' }: { broken?: number; sealed?: string } = {}) {
  const open = () => wallet.db('bank_key_rotations').whereNull('ended_at').whereNull('wanted_key');
  for (const until = Date.now() + 10_000; (await open()).length === 0 && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  await open().update({ key_id: 'new', resealed: 1, worked_at: new Date() });
  await new Promise((resolve) => setTimeout(resolve, 600));
  await wallet.db('bank_accounts').update({ bank_sealed: `${sealed}.x` });
  await open().update({ resealed: 2, broken, ended_at: new Date() });
}

test('a rotation that a wallet took up and left is replaced after a minute, one that is being done is not', async () => {
  const who = { actor: 'ann', reason: 'x' };
  const left = await askForRotation(wallet.db, 'k2', who);
  await wallet.db('bank_key_rotations').where({ id: left }).update({ key_id: 'k2', worked_at: new Date() });
  await expect(askForRotation(wallet.db, 'k3', who)).rejects.toThrow(/being rotated already/);
  await wallet
    .db('bank_key_rotations')
    .where({ id: left })
    .update({ worked_at: new Date(Date.now() - 61_000) });
  const next = await askForRotation(wallet.db, 'k3', who);
  expect(await wallet.db('bank_key_rotations').whereNull('ended_at').pluck('id')).toEqual([next]);
});

test('status counts by key and tells of the last rotation', async () => {
  expect(await run('status')).toEqual({ code: 0, out: 'no bank details are kept yet\n' });
  await store('new', 'old', 'old');
  await askForRotation(wallet.db, undefined, { actor: 'ann', reason: 'x' });
  expect(await run('status')).toEqual({
    code: 0,
    out: 'new: 0 of withdrawals, 1 stored\nold: 0 of withdrawals, 2 stored\nthe last rotation: under way\n',
  });
});

test('rotate waits for the wallet, tells how far it is and the end, and stands in both trails', async () => {
  await store('old', 'old');
  const [{ code, out }] = await Promise.all([run('rotate', ...why), playWallet()]);
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      'asked for: a wallet takes it up within seconds',
      'under way, by new: 1 sealed anew, 0 do not open',
      'ended, by new: 2 sealed anew, 0 do not open',
      '',
    ],
  ]);
  const { id } = await wallet.db('bank_key_rotations').first('id');
  expect(
    await wallet.db('operator_actions').where({ target: id }).select('actor', 'action', 'reason'),
  ).toEqual([{ actor: 'ann', action: 'wallet.bank-keys.rotate', reason: 'the old key was seen' }]);
  const { body } = await wallet.db('outbox').orderBy('seq', 'desc').first('body');
  expect(JSON.parse(body).data).toMatchObject({
    ...{ actor: null, action: 'wallet.bank-keys.rotate', target: id },
    reason: 'the old key was seen, by the operator ann',
  });
});

test('rotate ends with 1 and says what is left when something does not open', async () => {
  await store('old', 'old');
  const [{ code, out }] = await Promise.all([
    run('rotate', ...why),
    playWallet({ broken: 2, sealed: 'old' }),
  ]);
  expect([code, out]).toEqual([
    1,
    expect.stringContaining('still sealed by old: 0 of withdrawals, 2 stored'),
  ]);
});

test('rotate gives up waiting where no wallet does it, and the next one asks anew', async () => {
  const waited = await run('rotate', ...why, '--wait', '1', '--to', 'new');
  expect([waited.code, waited.out]).toEqual([
    1,
    expect.stringContaining('no wallet went on with it for 1 s'),
  ]);
  expect(await wallet.db('bank_key_rotations').whereNull('ended_at').pluck('wanted_key')).toEqual(['new']);
  const [{ code }] = await Promise.all([run('rotate', ...why), playWallet()]);
  expect(code).toBe(0);
});

test('rotate is refused while one is being done', async () => {
  await wallet.db('bank_key_rotations').insert({ id: newId(), key_id: 'new', worked_at: new Date() });
  const { code, out } = await run('rotate', ...why);
  expect([code, out]).toEqual([1, expect.stringContaining('rotated already')]);
});

test.each([[['rotate']], [['rotate', '--reason', ' ']], [['rotate', ...why, '--wait', '0']]])(
  '%j ends with 2',
  async (args) => {
    expect((await run(...args)).code).toBe(2);
    expect(await wallet.db('bank_key_rotations')).toEqual([]);
  },
);
