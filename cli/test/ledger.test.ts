import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { canonicalOf, GENESIS } from '@rollcall/contracts/ledger';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

let wallet: TestDatabase;
beforeAll(async () => {
  wallet = await testDatabase(new URL('../../services/wallet/migrations/', import.meta.url));
});
afterAll(() => wallet.close());

async function verify(...more: string[]) {
  let out = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text: unknown) => {
      out += String(text);
      return true;
    }),
  );
  const code = await runProgram(['ledger', 'verify', ...more], { DATABASE_URL_WALLET: wallet.url });
  for (const spy of spies) spy.mockRestore();
  return { code, out };
}

/** Three entries that move nothing, sealed as the wallet does. */
async function threeSeals(): Promise<void> {
  let previous = GENESIS.hash;
  for (const seq of [1, 2, 3]) {
    const [id, reference, at] = [newId(), newId(), new Date('2026-11-20T10:00:00Z')];
    await wallet.db('entries').insert({
      ...{
        id,
        type: 'admin_credit',
        reference_type: 'adjustment',
        reference_id: reference,
        description: 'ünique',
        at,
      },
    });
    const facts = { id, type: 'admin_credit', at: at.toISOString(), reference: `adjustment:${reference}` };
    const entry = { ...facts, actorId: null, description: 'ünique', transfers: [] };
    const { rows } = await wallet.db.raw(`select encode(sha256(convert_to(?, 'UTF8')), 'hex') as hash`, [
      canonicalOf(previous, seq, entry),
    ]);
    previous = rows[0].hash;
    await wallet.db('seals').insert({ seq, entry_id: id, hash: Buffer.from(previous, 'hex'), sealed_at: at });
  }
}

test('ledger verify goes through the chain, and ends with 1 at the first entry that was changed', async () => {
  expect(await verify()).toEqual({ code: 0, out: 'nothing is sealed there yet\n' });
  await threeSeals();
  expect(await verify()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^1 to 3 fit; the last hash is [0-9a-f]{64}\n$/),
  });
  expect(await verify('--from', '2', '--to', '3')).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 to 3 fit'),
  });
  expect((await verify('--from', '9')).code).toBe(2);
  expect((await verify('--from', 'x')).code).toBe(2);

  await wallet.db.transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica'); // past the triggers
    await tx.raw("update entries set description = 'other' where entry_no = 2");
  });
  const found = await verify();
  expect(found.code).toBe(1);
  expect(found.out).toContain('1 to 1 fit');
  expect(found.out).toContain('the ledger is broken at 2: its hash does not fit');
  expect(await verify('--from', '3')).toMatchObject({ code: 0 });
});

test('ledger republish puts the mark back, once there is something behind it, and writes down who and why', async () => {
  const run = (...args: string[]) =>
    runProgram(['ledger', 'republish', '--as', 'olga', ...args], { DATABASE_URL_WALLET: wallet.url });
  const silent = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(() => true),
  );
  expect(await run('--from', '2')).toBe(2); // no reason
  expect(await run('--from', '2', '--reason', 'lost')).toBe(1); // nothing is published yet
  await wallet.db('ledger_published').update({ seq: 3 });
  expect(await run('--from', '9', '--reason', 'lost')).toBe(2);
  expect(await run('--from', '2', '--reason', 'the stream was lost')).toBe(0);
  for (const spy of silent) spy.mockRestore();
  expect(await wallet.db('ledger_published').pluck('seq')).toEqual([1]);
  expect(await wallet.db('operator_actions').select('actor', 'action', 'target', 'reason')).toEqual([
    { actor: 'olga', action: 'ledger-republished', target: 'from 2', reason: 'the stream was lost' },
  ]);
});
