/** More buyers than seats, at two replicas of every service: exactly the seats are sold, and a no waits for nobody. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import { checkInvariants } from './invariants.js';
import { type Kind, kinds } from './kinds.js';
import {
  type Answer,
  type Caller,
  callerOf,
  demo,
  eventually,
  fund,
  publishedCourse,
  register,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

const PRICE = 1_000;
const BUYERS = 100;
/** Some who queue for a seat cannot pay for it. */
const POOR = 20;
const CLICKS = 20;
/** Signed up at once: each takes a processor for a password's hash. */
const AT_ONCE = 4;

const SOLD_OUT = '409 /problems/sold-out';
const BROKE = '402 /problems/insufficient-credit';

let system: System;
let teacher: Caller;
let admin: Caller;
let rich: Caller[];
let poor: Caller[];
beforeAll(async () => {
  system = await startSystem({ replicas: 2 });
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
  const all = await registered(BUYERS + POOR);
  rich = all.slice(0, BUYERS);
  poor = all.slice(BUYERS);
  for (const student of rich) await fund(admin, student, 1_000 * PRICE);
}, 300_000);
afterAll(() => system?.stop());

async function registered(count: number): Promise<Caller[]> {
  const students: Caller[] = [];
  while (students.length < count) {
    const some = Array.from({ length: AT_ONCE }, () => register(system.gateway, 'student'));
    students.push(...(await Promise.all(some)));
  }
  return students.slice(0, count);
}

interface Told {
  readonly who: Caller;
  /** How it ended: the purchase's status, or the problem. */
  readonly what: string;
}

/** All of them at once, at the gateways in turn; whoever is told to come back later does so until there is an end. */
const buyAll = (kind: Kind, course: Course, buyers: readonly Caller[]): Promise<Told[]> =>
  Promise.all(
    buyers.map(async (buyer, n) => {
      const who = callerOf(system.urls.gateway[n % 2]!, buyer.id, buyer.token);
      const answer = await ask(kind, course, who, n);
      return { who, what: answer.status === 202 ? await endOf(kind, who, answer.body.id) : whatOf(answer) };
    }),
  );

type Said = Answer<Purchase & { type?: string }>;

const ask = (kind: Kind, course: Course, who: Caller, n = 0): Promise<Said> =>
  who.post<Said['body']>(kind.path(course), undefined, { 'idempotency-key': `${course.id}-${n}` });

function whatOf({ status, body }: Said): string {
  if (status === 201) expect(body.status).toBe('active');
  return status === 201 ? 'active' : `${status} ${body.type}`;
}

/** A busy machine may take longer than the 3 s that a purchase is waited for. */
async function endOf(kind: Kind, who: Caller, purchaseId: string): Promise<string> {
  const ended = async () => {
    const { status } = (await who.get<Purchase>(kind.at(purchaseId))).body;
    return status !== 'pending' && status;
  };
  const status = await eventually(`an end of purchase ${purchaseId}`, ended, 60);
  return status === 'declined' ? BROKE : status;
}

/** How many were told what. */
function tally(told: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { what } of told) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

const onSale = (maxStudents: number) => publishedCourse(teacher, { price: PRICE, maxStudents });
const seatsOf = (course: Course) =>
  system
    .db('enrollment')('seats')
    .where({ session_id: course.sessions[0]?.id, live: true })
    .pluck('student_id');
const holdsOf = async (course: Course): Promise<string[]> =>
  system.db('wallet')('holds').where({ course_id: course.id }).pluck('student_id');
const winners = (told: readonly Told[]) =>
  told
    .filter(({ what }) => what === 'active')
    .map(({ who }) => who.id)
    .sort();

/** The seats of a course are those people's, and so is the money held for it. */
async function isSoldTo(course: Course, students: readonly string[]): Promise<void> {
  const sorted = [...students].sort();
  expect((await seatsOf(course)).sort()).toEqual(sorted);
  expect((await holdsOf(course)).sort()).toEqual(sorted);
}

describe.each(kinds)('$name', (kind) => {
  test.each([1, 10])('with %i seats and a hundred buyers is sold so often', async (seats) => {
    const course = await onSale(seats);
    const told = await buyAll(kind, course, rich);
    expect(tally(told)).toEqual({ active: seats, [SOLD_OUT]: BUYERS - seats });
    await isSoldTo(course, winners(told));
  });

  test('is refused to ninety-nine without waiting for the wallet, which has not even heard of the first', async () => {
    const course = await onSale(1);
    const wallets = system.processes('wallet');
    for (const { pid } of wallets) process.kill(pid, 'SIGSTOP');
    const asked = rich.map(async (who) => ({ who, answer: await ask(kind, course, who) }));
    const answers = await Promise.all(asked).finally(() => {
      for (const { pid } of wallets) process.kill(pid, 'SIGCONT');
    });
    const refused = answers.filter(({ answer }) => answer.body.type === '/problems/sold-out');
    expect(refused).toHaveLength(BUYERS - 1);
    const [winner] = answers.filter(({ answer }) => answer.status === 202);
    expect(winner?.answer.body.status).toBe('pending');
    expect(await endOf(kind, winner!.who, winner!.answer.body.id)).toBe('active');
    await isSoldTo(course, [winner!.who.id]);
  });

  test('whose winner cannot pay is free again: of all who ask then one has it', async () => {
    const course = await onSale(1);
    expect(tally(await buyAll(kind, course, poor.slice(0, 1)))).toEqual({ [BROKE]: 1 });
    expect(await seatsOf(course)).toEqual([]);
    const told = await buyAll(kind, course, rich);
    expect(tally(told)).toEqual({ active: 1, [SOLD_OUT]: BUYERS - 1 });
    await isSoldTo(course, winners(told));
  });

  test('that those without money fight for too loses no seat: what they cannot pay for others buy', async () => {
    const seats = 5;
    const course = await onSale(seats);
    const told = await buyAll(kind, course, [...poor, ...rich.slice(0, 30)]);
    const counts = tally(told);
    const sold = counts.active ?? 0;
    expect(sold + (counts[BROKE] ?? 0) + (counts[SOLD_OUT] ?? 0)).toBe(told.length);
    const later = await buyAll(kind, course, rich.slice(30));
    const left = seats - sold;
    expect(tally(later)).toEqual({ ...(left > 0 && { active: left }), [SOLD_OUT]: BUYERS - 30 - left });
    await isSoldTo(course, [...winners(told), ...winners(later)]);
  });

  test.each([
    ['the last seat', 1],
    ['one of many', 50],
  ])(
    'clicked twenty times at once with twenty keys (%s) is bought once, and the others say so',
    async (_which, seats) => {
      const course = await onSale(seats);
      const [student, ...others] = rich as [Caller];
      const before = (await walletOf(student)).credits.amount;
      const told = await buyAll(
        kind,
        course,
        Array.from({ length: CLICKS }, () => student),
      );
      expect(tally(told)).toEqual({ active: 1, '409 /problems/already-bought': CLICKS - 1 });
      await isSoldTo(course, [student.id]);
      expect((await walletOf(student)).credits.amount).toBe(before - PRICE);
      expect(winners(await buyAll(kind, course, others))).toHaveLength(seats - 1);
    },
  );
});

test('seats that buyers of the course and of its session want at once are each had by one of them', async () => {
  const seats = 7;
  const course = await onSale(seats);
  const half = BUYERS / 2;
  const told = (
    await Promise.all(kinds.map((kind, n) => buyAll(kind, course, rich.slice(n * half, (n + 1) * half))))
  ).flat();
  expect(tally(told)).toEqual({ active: seats, [SOLD_OUT]: BUYERS - seats });
  await isSoldTo(course, winners(told));
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
