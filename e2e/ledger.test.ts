/** The sealed ledger through the gateway: what was bought and settled is in it, whole, whoever seals and whatever freezes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type LedgerEntry,
  listSolvency,
  readLedger,
  readSolvency,
  readTrialBalance,
  type Verification,
} from '@rollcall/contracts/api/finance';
import { checkInvariants, runCli } from './invariants.js';
import {
  buy,
  type Caller,
  callerOf,
  demo,
  eventually,
  play,
  publishedCourse,
  settled,
  studentWith,
} from './story.js';
import { type Process, type System, startSystem } from './system.js';

let system: System;
let finance: Caller;
let admin: Caller;
let student: Caller;
beforeAll(async () => {
  system = await startSystem({ replicasOf: { wallet: 2 } });
  [admin, finance] = await Promise.all([demo(system.gateway, 'admin'), demo(system.gateway, 'finance')]);
  student = await studentWith(system.gateway, admin, 1000);
});
afterAll(() => system.stop());

async function ledger(): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const entry of finance.api.all(readLedger, { query: { limit: 100 } })) entries.push(entry);
  return entries;
}

const sealed = (reference: string, type: string) =>
  eventually(`${type} of ${reference} to be sealed`, async () =>
    (await ledger()).find((entry) => entry.reference === reference && entry.type === type),
  );

test('what is bought and settled is sealed in its order, and everybody who computes the ledger anew agrees', async () => {
  const teacher = await demo(system.gateway, 'referred.teacher');
  const session = (await publishedCourse(teacher)).sessions[0]!;
  const { body: purchase } = await buy(student, session);
  const hold = purchase.holds[0]!;
  await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
  await settled(student, hold.id);
  const bought = await sealed(`purchase:${purchase.id}`, 'purchase');
  const paid = await sealed(`hold:${hold.id}`, 'payment_release');
  expect(bought.seq).toBeLessThan(paid.seq);
  expect(paid.transfers).toContainEqual(
    expect.objectContaining({ from: 'escrow', to: `earnings:${teacher.id}`, currency: 'USD' }),
  );

  const entries = await ledger();
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const { body: balance } = await finance.api.call(readTrialBalance, { query: {} });
  expect(balance.totals).toEqual([{ currency: 'USD', balance: 0 }]);
  const { body: solvency } = await finance.api.call(readSolvency, { query: { asOf: balance.asOf } });
  const [dollars] = solvency.currencies;
  const rest = Object.values(dollars!.explainedBy).reduce((sum, figure) => sum + figure, 0);
  expect([solvency.seq, dollars!.held.total - dollars!.owed.total]).toEqual([balance.seq, rest]);
  const escrow = balance.accounts.find(({ account }) => account === 'escrow')?.balance;
  expect(dollars!.owed.figures.escrow).toBe(escrow);
  expect((await finance.api.call(listSolvency, { query: {} })).body).toEqual({
    data: [],
    nextCursor: null,
  });
  const verified = await finance.get<Verification>('/finance/verify');
  expect(verified.body).toMatchObject({ valid: true, firstBad: null, count: entries.length });
  expect((await runCli(system, 'ledger', 'verify')).output).toContain(entries.at(-1)!.hash);
  const script = new URL('../docs/examples/verify-ledger.mjs', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script, `${system.gateway}/api/v1`], {
    env: { PATH: process.env.PATH, LEDGER_TOKEN: finance.token },
  });
  expect(stdout).toContain(`valid: 1 to ${entries.length}, last hash ${entries.at(-1)!.hash}`);
});

test('the ledger comes as CSV through the gateway', async () => {
  const answer = await finance.api.open(readLedger, { query: {} }, 'text/csv');
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  const lines = (await answer.text()).trimEnd().split('\r\n');
  expect(lines.length).toBeGreaterThan((await ledger()).length);
});

const leads = async (one: Process): Promise<boolean> =>
  (await (await fetch(`http://127.0.0.1:${one.port}/metrics`)).text()).includes('\nsealer_leader 1\n');

test('a leader that is frozen is followed by another one, and seals nothing twice when it wakes', async () => {
  const replicas = system.processes('wallet');
  const frozen = await eventually('one to lead', async () => {
    for (const one of replicas) if (await leads(one)) return one;
    return undefined;
  });
  const other = replicas.find((one) => one !== frozen)!;
  process.kill(frozen.pid, 'SIGSTOP');
  try {
    const direct = callerOf(`http://127.0.0.1:${other.port}`, admin.id, admin.token);
    const before = (await system.db('wallet')('seals').max('seq as last'))[0]!.last as number;
    const gift = { amount: 5, currency: 'USD', reason: 'while it is frozen' };
    expect((await direct.post(`/admin/wallets/${student.id}/credit`, gift)).status).toBe(201);
    await eventually(
      'the other one to seal',
      async () => {
        const [row] = await system.db('wallet')('seals').max('seq as last');
        return Number(row!.last) > Number(before);
      },
      60,
    );
    expect(await leads(other)).toBe(true);
  } finally {
    process.kill(frozen.pid, 'SIGCONT');
  }
  await eventually('the first one to know that it lost the lead', async () => !(await leads(frozen)));
  expect((await finance.get<Verification>('/finance/verify')).body).toMatchObject({ valid: true });
  // Whoever published what meanwhile: the stream has caught up.
  await eventually('the stream to have all', async () => {
    const { rows } = await system
      .db('wallet')
      .raw('select from ledger_published p join (select max(seq) as seq from seals) s on s.seq = p.seq');
    return rows.length === 1;
  });
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
