import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

const migrations = (service: string) => new URL(`../../services/${service}/migrations/`, import.meta.url);

let wallet: TestDatabase;
let settlement: TestDatabase;
let enrollment: TestDatabase;
let attendance: TestDatabase;
let identity: TestDatabase;
let billing: TestDatabase;
beforeAll(async () => {
  wallet = await testDatabase(migrations('wallet'));
  settlement = await testDatabase(migrations('settlement'));
  enrollment = await testDatabase(migrations('enrollment'));
  attendance = await testDatabase(migrations('attendance'));
  identity = await testDatabase(migrations('identity'));
  billing = await testDatabase(migrations('billing'));
});
afterAll(() =>
  Promise.all([wallet, settlement, enrollment, attendance, identity, billing].map((one) => one.close())),
);

const check = (...more: string[]) =>
  checkThose({ DATABASE_URL_WALLET: wallet.url, DATABASE_URL_SETTLEMENT: settlement.url }, ...more);

async function checkThose(env: Record<string, string>, ...more: string[]) {
  let out = '';
  const collect = (text: unknown) => {
    out += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(collect),
  );
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
  const left = { id: newId(), type: 'x.y.v1', subject: 's', body: '{}' };
  await settlement.db('outbox_unpublished').insert(await settlement.db('outbox').insert(left, 'seq'));
  await settlement.db('inbox').insert({ event_id: newId(), type: 'x.y.v1', status: 'dead', body: '{}' });
  const found = await check('--wait', '1');
  expect(violated(found)).toContain('settlement: every event is published');
  expect(found.lines.join('\n')).toMatch(/still not quiet after 1 s/);
  expect(found.lines.join('\n')).toMatch(/settlement: 0 wait for an earlier fact, 0 retried, 1 dead/);
});

/** Past foreign keys and triggers: what only a fault or a hand in the database leaves behind. */
const damage = ({ db }: TestDatabase, table: string, row: object) =>
  db.transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica');
    await tx(table).insert(row);
  });

const at = new Date();
const purchase = { id: newId(), student_id: newId(), teacher_id: newId(), course_id: newId() };
const ended = newId();
const moved = { payment_id: newId(), user_id: newId(), amount: 5, currency: 'USD', at };
const DAMAGES: [rule: RegExp, of: () => TestDatabase, table: string, row: object][] = [
  [
    /^enrollment, wallet: every purchase stands as the wallet answered it/,
    () => enrollment,
    'purchases',
    {
      ...{ ...purchase, kind: 'course', total: 5, currency: 'USD', funded_by: 'credits', status: 'active' },
      ...{ requested_at: at, asked_at: at },
    },
  ],
  [
    /^enrollment, wallet: enrollment shows as given back/,
    () => enrollment,
    'holds',
    {
      ...{ id: ended, purchase_id: purchase.id, session_id: newId(), student_id: newId(), amount: 5 },
      ...{
        status: 'refunded',
        reason: 'admin',
        decision_version: 1,
        refunded: 5,
        paid_at: at,
        paid_version: 1,
      },
    },
  ],
  [
    /^enrollment, settlement: every cancellation has come to/,
    () => settlement,
    'cancellations',
    {
      ...{ purchase_id: newId(), requested_at: at, decided_at: at },
      ...{ hold_ids: [newId()], refunded: 5, answer: '{}' },
    },
  ],
  [
    /^attendance, settlement: settlement knows the newest result/,
    () => attendance,
    'results',
    {
      ...{ session_id: newId(), version: 1, cause: 'deadline', scheduled_seconds: 60, observed: true },
      ...{ starts_at: at, ended_at: at, figures_sha256: Buffer.alloc(32), created_at: at },
    },
  ],
  [
    /^billing, wallet: every payment by card is credits once/,
    () => billing,
    'payments',
    {
      ...{ id: newId(), user_id: newId(), purpose: 'topup', amount: 5, currency: 'USD' },
      ...{ status: 'succeeded', succeeded_at: at, created_at: at },
    },
  ],
  [
    /^billing, wallet: every refund on a card took its money/,
    () => wallet,
    'card_movements',
    { ...moved, kind: 'refund', id: newId(), entry_id: newId() },
  ],
  [
    /^billing, wallet: every dispute took its money back/,
    () => wallet,
    'card_movements',
    { ...moved, kind: 'dispute', id: newId(), entry_id: newId() },
  ],
  [
    /^identity, settlement: settlement knows everybody/,
    () => identity,
    'users',
    {
      ...{
        id: newId(),
        email: 'a@rollcall.test',
        password_hash: '$argon2id$',
        name: 'A',
        roles: ['student'],
      },
      ...{ locale: 'en', time_zone: 'UTC', referral_code: 'A', created_at: at },
    },
  ],
];

test.each(DAMAGES)('services that disagree are found: %p', async (rule, of, table, row) => {
  const env = {
    DATABASE_URL_WALLET: wallet.url,
    DATABASE_URL_SETTLEMENT: settlement.url,
    DATABASE_URL_ENROLLMENT: enrollment.url,
    DATABASE_URL_ATTENDANCE: attendance.url,
    DATABASE_URL_IDENTITY: identity.url,
    DATABASE_URL_BILLING: billing.url,
  };
  expect(violated(await checkThose(env))).not.toContainEqual(expect.stringMatching(rule));
  await damage(of(), table, row);
  expect(violated(await checkThose(env))).toContainEqual(expect.stringMatching(rule));
});
