/** Every scenario of the class simulator through the webhook door of a running system, to the money. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Played } from '@rollcall/cli/class/play';
import { scenarios } from '@rollcall/cli/class/scenarios';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { checkInvariants, runCli } from './invariants.js';
import {
  buy,
  type Caller,
  demo,
  playScenario,
  publishedCourse,
  type Session,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

const names = Object.keys(scenarios);
const PRICE = 1_000;
const GIVEN = 100_000;
/** By whom somebody referred: the platform keeps 30 % of what is released. */
const SHARES: Readonly<Record<string, { teacher: number; commission: number; refund: number }>> = {
  released: { teacher: 700, commission: 300, refund: 0 },
  refunded: { teacher: 0, commission: 0, refund: PRICE },
  review: { teacher: 0, commission: 0, refund: 0 },
};

let system: System;
let teacher: Caller;
let students: Caller[];
let spare: Session[];
/** All of them are played at once. */
const played = new Map<string, Promise<Played>>();

/** Those the scenario names, and one of the others. */
const buyersOf = (name = '') => students.slice(0, 1 + Object.keys(scenarios[name]?.students ?? {}).length);

beforeAll(async () => {
  // So many classes at once on two cores: seconds between two webhooks of one of them are no end of it.
  system = await startSystem({ settings: { ATTENDANCE_GRACE_SECONDS: '4' } });
  const admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'referred.teacher');
  const { sessions } = await publishedCourse(teacher, { price: PRICE, sessions: names.length + 2 });
  // Of what nothing is heard an admin can end only what is about to begin, in a quarter of an hour at most.
  const soon = await publishedCourse(teacher, { price: PRICE, startsIn: 0.2 });
  for (const [index, name] of names.entries())
    if (scenarios[name]?.rooms === 'absent') sessions[index] = soon.sessions[0]!;
  students = await Promise.all(Array.from({ length: 3 }, () => studentWith(system.gateway, admin, GIVEN)));
  spare = sessions.slice(names.length);
  for (const [index, session] of sessions.entries())
    for (const student of buyersOf(names[index])) expect((await buy(student, session)).status).toBe(201);
  for (const [index, name] of names.entries())
    played.set(name, playScenario(system, admin, sessions[index]!, { name, holds: buyersOf(name).length }));
  await Promise.allSettled(played.values());
}, 120_000);
afterAll(async () => {
  await system.stop();
});

const sharesOf = ({ decision }: Hold) => ({
  teacher: decision?.teacher.amount,
  commission: decision?.commission.amount,
  refund: decision?.refund.amount,
});

describe.each(names)('%s', (name) => {
  test('comes out as it says: seconds, label and hold of every student', async () => {
    const { comparisons } = await played.get(name)!;
    const stages = scenarios[name]?.expect?.later === undefined ? 1 : 2;
    expect(comparisons).toHaveLength(buyersOf(name).length * stages);
    expect(comparisons.map(({ actual }) => actual)).toEqual(comparisons.map(({ expected }) => expected));
  });

  test('moves the money of each hold where it has to go, once', async () => {
    const holds = (await played.get(name)!).settlement?.holds ?? [];
    expect(holds).toHaveLength(buyersOf(name).length);
    for (const hold of holds) {
      expect(sharesOf(hold)).toEqual(SHARES[hold.status]);
      expect(hold.paidAt === null).toBe(hold.status === 'review');
    }
  });
});

test('all of it together is what the wallets show', async () => {
  const holds = (await Promise.all(played.values())).flatMap(({ settlement }) => settlement?.holds ?? []);
  const released = holds.filter(({ status }) => status === 'released').length;
  expect((await walletOf(teacher)).earnings.available.amount).toBe(700 * released);
  for (const [index, student] of students.entries()) {
    const gone = holds.filter(({ studentId, status }) => studentId === student.id && status !== 'refunded');
    const waiting = index === 0 ? spare.length : 0;
    expect((await walletOf(student)).credits.amount).toBe(GIVEN - PRICE * (gone.length + waiting));
  }
});

test('what an operator should look at is counted: the times in nanoseconds, the two bodies of one id', async () => {
  const metrics = await (await fetch(`${system.urls.attendance[0]}/metrics`)).text();
  for (const reason of ['implausible-time', 'same-id-other-body'])
    expect(metrics).toMatch(new RegExp(`^webhook_alarms_total\\{[^}]*reason="${reason}"[^}]*\\} 1$`, 'm'));
  expect(metrics).toMatch(/^webhook_deliveries_total\{[^}]*outcome="forged"[^}]*\} 1$/m);
});

describe('rollcall class play', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const command = (session: Session | undefined, scenario: string) =>
    runCli(system, 'class', 'play', '--session', session?.id ?? '', '--scenario', scenario);

  test('plays one by name and says that it came out as expected', async () => {
    const { code, output } = await command(spare[0], 'boundary');
    expect(output).toMatch(/as expected: 720 s, present, hold released, version 1$/m);
    expect(code).toBe(0);
  });

  test('compares nothing in a session that was played before, and says so', async () => {
    const { code, output } = await command(spare[0], 'boundary');
    expect(output).toContain('this session was completed before');
    expect(output).not.toContain('expected');
    expect(code).toBe(0);
  });

  test('fails when something else comes out, and tells both', async () => {
    const file = join(folder, 'wrong.json');
    const expected = { counts: '0-15%', status: 'absent', hold: 'refunded' };
    writeFileSync(file, JSON.stringify({ others: '0-20%', expect: { others: expected } }));
    const { code, output } = await command(spare[1], file);
    expect(output).toContain(
      'expected 540 s, absent, hold refunded, version 1; came out as 720 s, present, hold released, version 1',
    );
    expect(code).toBe(1);
  });
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
