/** A system whose enrollment and wallet die where a test says, and a student who buys in it and means it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import type { Kind } from './kinds.js';
import {
  type Answer,
  type Caller,
  callerOf,
  demo,
  eventually,
  publishedCourse,
  register,
  studentWith,
  walletOf,
} from './story.js';
import { type Process, type Storing, type System, startSystem } from './system.js';

const PRICE = 1_000;
const MONEY = 1_000_000;
/** Seconds for whatever is waited for, on a busy machine. */
export const PATIENCE = 60;

const folder = mkdtempSync(join(tmpdir(), 'rollcall-mortal-'));
const logOf = (service: Storing) => join(folder, `${service}.log`);

export interface Stage {
  readonly system: System;
  readonly teacher: Caller;
  readonly student: Caller;
  /** A student without money. */
  readonly poor: Caller;
  /** What the student has bought so far. */
  bought: number;
}

/** Two replicas of enrollment, one of everything else. */
export async function openStage(): Promise<Stage> {
  const mortal = new URL('mortal.mjs', import.meta.url);
  const system = await startSystem({
    replicasOf: { enrollment: 2 },
    preload: { enrollment: mortal, wallet: mortal },
    settingsOf: {
      enrollment: { MORTAL_LOG: logOf('enrollment') },
      wallet: { MORTAL_LOG: logOf('wallet') },
    },
  });
  const admin = await demo(system.gateway, 'admin');
  const teacher = await demo(system.gateway, 'teacher');
  const student = await studentWith(system.gateway, admin, MONEY);
  return { system, teacher, student, poor: await register(system.gateway, 'student'), bought: 0 };
}

export async function closeStage(stage: Stage | undefined): Promise<void> {
  await stage?.system.stop();
  rmSync(folder, { recursive: true });
}

export const replica = ({ system }: Stage, service: Storing, index = 0): Process =>
  system.processes(service)[index]!;

/** Of the points passed from now on the process dies, or freezes, at this one, or the first so called; 0: it lives. */
export async function arm(
  one: Process,
  at: number | string,
  by: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL',
): Promise<void> {
  const headers = { 'x-die-at': String(at), 'x-die-by': by };
  expect((await fetch(`http://127.0.0.1:${one.port}/livez`, { headers })).ok).toBe(true);
}

/** The points passed since the last arming. */
export const pointsOf = (service: Storing): string[] =>
  readFileSync(logOf(service), 'utf8').trim().split('\n').filter(Boolean);

/** Something for one student to buy. */
export const onSale = ({ teacher }: Stage): Promise<Course> =>
  publishedCourse(teacher, { price: PRICE, maxStudents: 1 });

/** A purchase, or a problem that may carry one. */
type Body = Purchase & { readonly type?: string; readonly purchase?: Purchase };

/** Undefined where the connection broke. */
export type Tried = Answer<Body> | undefined;

export interface Order {
  readonly path: string;
  readonly key: string;
  /** Which replica of enrollment is asked. */
  readonly at: number;
  /** Who buys; the student with money unless said. */
  readonly who?: Caller;
}

export const ask = (stage: Stage, { path, key, at, who = stage.student }: Order): Promise<Tried> =>
  callerOf(stage.system.urls.enrollment[at]!, who.id, who.token)
    .post<Body>(path, undefined, { 'idempotency-key': key })
    .catch(() => undefined);

export const isInProgress = (answer: Tried): boolean =>
  answer?.status === 409 && answer.body.type === '/problems/request-in-progress';

/** As a client does that means it: the same key until it is told how it ended. It is told when to come again, and no other thing. */
export const askUntilDone = (stage: Stage, order: Order): Promise<Answer<Body>> =>
  eventually(
    'the purchase to be told',
    async () => {
      const answer = await ask(stage, order);
      if (answer === undefined || [201, 402].includes(answer.status)) return answer;
      const { status, headers, body } = answer;
      if (![202, 503].includes(status) && !isInProgress(answer))
        throw new Error(`${status} ${JSON.stringify(body)}`);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      return undefined;
    },
    PATIENCE,
  );

const drained = async ({ system }: Stage, service: Storing) =>
  (await system.db(service)('outbox_unpublished')).length === 0;

/** The purchase of an answer, whether it was made or declined. */
const purchaseOf = ({ body }: Answer<Body>): Purchase => body.purchase ?? body;

/** Whether the purchase of this course has its answer and nothing of it is still to be sent. */
async function isOver(stage: Stage, courseId: string): Promise<boolean> {
  const purchases = stage.system.db('enrollment')('purchases');
  if ((await purchases.where({ course_id: courseId }).whereNot({ status: 'pending' })).length === 0)
    return false;
  return (await drained(stage, 'enrollment')) && (await drained(stage, 'wallet'));
}

/** One purchase, one seat, one hold, one debit: in the databases and in the student's wallet. */
export async function isOnce(stage: Stage, courseId: string, purchase: Purchase): Promise<void> {
  stage.bought += 1;
  const [enrollment, wallet] = [stage.system.db('enrollment'), stage.system.db('wallet')];
  const made = await enrollment('purchases').where({ course_id: courseId }).select('id', 'status');
  expect(made).toEqual([{ id: purchase.id, status: 'active' }]);
  const seats = await enrollment('seats').where({ course_id: courseId, live: true });
  expect(seats).toHaveLength(purchase.holds.length);
  const holds = await wallet('holds').where({ course_id: courseId }).orderBy('n').pluck('id');
  expect(holds).toEqual(purchase.holds.map(({ id }) => id));
  expect(await wallet('entries').where({ reference_id: purchase.id })).toHaveLength(1);
  expect((await walletOf(stage.student)).credits.amount).toBe(MONEY - stage.bought * PRICE);
}

/** One purchase that came to nothing: no seat, no hold, no debit. */
async function isNothing({ system }: Stage, courseId: string, purchase: Purchase): Promise<void> {
  const [enrollment, wallet] = [system.db('enrollment'), system.db('wallet')];
  const made = await enrollment('purchases').where({ course_id: courseId }).select('id', 'status');
  expect(made).toEqual([{ id: purchase.id, status: 'declined' }]);
  expect(await enrollment('seats').where({ course_id: courseId, live: true })).toEqual([]);
  expect(await wallet('holds').where({ course_id: courseId })).toEqual([]);
  expect(await wallet('entries').where({ reference_id: purchase.id })).toEqual([]);
}

export interface Trial {
  readonly kind: Kind;
  readonly victim: Process;
  /** The point at which it dies. */
  readonly at: number;
  /** The replica asked again with the same key: the first one, once it is back, or the other one meanwhile. */
  readonly askedAt: number;
  readonly who?: Caller;
}

/** One purchase, asked for at the first replica of enrollment while the victim is about to die. Says whether it did. */
export async function tryToBuy(stage: Stage, { kind, victim, at, askedAt, who }: Trial): Promise<boolean> {
  const course = await onSale(stage);
  const order = { path: kind.path(course), key: `key-${course.id}`, at: 0, who };
  await eventually('what went before to be over', () => drained(stage, 'enrollment'), PATIENCE);
  let died = false;
  void victim.gone.then(() => {
    died = true;
  });
  await arm(victim, at);
  const first = await ask(stage, order);
  await eventually('an end', async () => died || (await isOver(stage, course.id)), PATIENCE);
  // It may have died of the last point after all, and nobody has noticed yet.
  if (!died) await arm(victim, 0).catch(() => eventually('its end', async () => died, PATIENCE));
  if (died && askedAt === 0) Object.assign(victim, await victim.restart());
  const answer = await askUntilDone(stage, { ...order, at: askedAt });
  if (died && askedAt !== 0) Object.assign(victim, await victim.restart());
  const again = await askUntilDone(stage, { ...order, at: askedAt });

  const purchase = purchaseOf(answer);
  expect(answer.status).toBe(who === stage.poor ? 402 : 201);
  expect([again.status, purchaseOf(again)]).toEqual([answer.status, purchase]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  if (first !== undefined) {
    expect([202, answer.status]).toContain(first.status);
    expect(purchaseOf(first).id).toBe(purchase.id);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
  }
  await (answer.status === 402 ? isNothing : isOnce)(stage, course.id, purchase);
  return died;
}
