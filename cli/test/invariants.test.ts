import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

const migrations = (service: string) => new URL(`../../services/${service}/migrations/`, import.meta.url);

let wallet: TestDatabase;
let settlement: TestDatabase;
beforeAll(async () => {
  wallet = await testDatabase(migrations('wallet'));
  settlement = await testDatabase(migrations('settlement'));
});
afterAll(() => Promise.all([wallet.close(), settlement.close()]));

async function check(...more: string[]): Promise<{ code: number; lines: string[] }> {
  let out = '';
  const collect = (text: unknown) => {
    out += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(collect),
  );
  const env = { DATABASE_URL_WALLET: wallet.url, DATABASE_URL_SETTLEMENT: settlement.url };
  const code = await runProgram(['invariants', 'check', ...more], env);
  for (const spy of spies) spy.mockRestore();
  return { code, lines: out.split('\n') };
}

const violated = ({ lines }: { lines: string[] }) =>
  lines.filter((line) => line.startsWith('VIOLATED')).map((line) => line.replace(/^VIOLATED\s+/, ''));

test('two databases where nothing ever happened keep every rule, and what was not looked at is named', async () => {
  const found = await check('--wait', '5');
  expect(violated(found)).toEqual([]);
  expect(found.code).toBe(0);
  expect(found.lines.join('\n')).toMatch(/not looked at: enrollment/);
});

test('a hold that only the wallet knows is named, and the check ends with 1', async () => {
  const hold = newId();
  const ids = () => ({ purchase_id: newId(), entry_id: newId(), session_id: newId(), course_id: newId() });
  await wallet.db('holds').insert({
    id: hold,
    ...ids(),
    n: 0,
    student_id: newId(),
    teacher_id: newId(),
    amount: 0,
    currency: 'USD',
    from_promo: 0,
    from_credits: 0,
    placed_at: new Date(),
  });
  const found = await check();
  expect(found.code).toBe(1);
  expect(violated(found)).toContainEqual(
    expect.stringMatching(/^wallet, settlement: every hold of the wallet/),
  );
  expect(found.lines.join('\n')).toContain(`${hold} is in wallet and not in settlement`);
});

test('an event that stays unpublished is a violation; a dead letter is told', async () => {
  await settlement.db('outbox').insert({ id: newId(), type: 'x.y.v1', subject: 's', body: '{}' });
  await settlement.db('inbox').insert({ event_id: newId(), type: 'x.y.v1', status: 'dead', body: '{}' });
  const found = await check('--wait', '1');
  expect(violated(found)).toContain('settlement: every event is published');
  expect(found.lines.join('\n')).toMatch(/still not quiet after 1 s/);
  expect(found.lines.join('\n')).toMatch(/settlement: 0 wait for an earlier fact, 0 retried, 1 dead/);
});
