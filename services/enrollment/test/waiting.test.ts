/** Whoever waits for a purchase's outcome: told as soon as any replica knows, let go when gone, and never told wrong. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as dial, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { holdUnderReview } from '@rollcall/contracts/events/settlement';
import { OUTCOME_PATIENCE } from '@rollcall/contracts/patience';
import { connect, type Database } from '@rollcall/kit/database';
import { deliver, envelope, statementsOf, testApp } from '@rollcall/kit/testing';
import { createAwaitOutcome } from '../src/await-outcome.js';
import { consumers } from '../src/consumers.js';
import { outcomesOf } from '../src/queries.js';
import { routes } from '../src/routes.js';
import {
  brokenInvariants,
  declined,
  eventually,
  heldAnswers,
  kinds,
  openStage,
  type Person,
  person,
  type Stage,
  somebodyWaits,
  students,
} from './stage.js';

let stage: Stage;
/** Two replicas of the service: two pools and two listening servers on one database. */
let replicas: { db: Database; server: Server; url: string }[];
beforeAll(async () => {
  stage = await openStage();
  replicas = await Promise.all([1, 2].map(replica));
});
afterAll(async () => {
  for (const { server, db } of replicas) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await db.destroy();
  }
  await stage.close();
});
afterEach(async () => expect(await brokenInvariants(stage.db)).toEqual([]));

async function replica() {
  const db = connect(stage.url, { max: 5 });
  const server = createServer(await testApp(routes(db))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { db, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const buyAt = (url: string, path: string, { bearer }: Person, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { authorization: bearer, ...headers } });

const bodyOf = (answer: Response) => answer.json() as Promise<Purchase>;

/** The id of the student's purchase, once it is committed. */
const askedFor = ({ id }: Person): Promise<string> =>
  eventually('the purchase', async () => {
    const row = await stage.db('purchases').where({ student_id: id }).first('id');
    return row?.id;
  });

/** A buyer on a socket of its own, which can hang up. */
async function buyerOn(url: string, path: string, { bearer }: Person): Promise<Socket> {
  const { port, host } = new URL(url);
  const socket = dial(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`POST /api/v1${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${bearer}\r\n\r\n`);
  return socket;
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** Whether nobody has looked for an outcome at this pool for so long. */
async function isQuiet(db: Database, milliseconds: number): Promise<boolean> {
  const wait = () => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return (await statementsOf(db, wait)).length === 0;
}

describe.each(kinds)('who buys $name', ({ pathTo, at }) => {
  const onSale = async (more = {}) => pathTo(await stage.onSale(more));

  test('and prefers not to wait gets 202 at once: where to ask, what is pending, and that the wish was heard', async () => {
    const [path, student] = [await onSale(), await person('student')];
    const answer = await buyAt(replicas[0]!.url, path, student, { prefer: 'respond-async' });
    const purchase = await bodyOf(answer);
    expect(answer.status).toBe(202);
    expect(purchase).toMatchObject({ status: 'pending', studentId: student.id, declineReason: null });
    expect(answer.headers.get('preference-applied')).toBe('respond-async');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const location = answer.headers.get('location')!;
    const there = () =>
      fetch(`${replicas[1]!.url}${location}`, { headers: { authorization: student.bearer } }).then(bodyOf);
    expect(await there()).toEqual(purchase);
    await stage.hold(purchase.id);
    expect(await there()).toMatchObject({ id: purchase.id, status: 'active' });
  });

  test('and prefers not to wait is told the outcome all the same where it is known: by the same key again', async () => {
    const [path, student] = [await onSale(), await person('student')];
    const headers = { prefer: 'respond-async', 'idempotency-key': 'again' };
    const { id } = await bodyOf(await buyAt(replicas[0]!.url, path, student, headers));
    await stage.hold(id);
    const again = await buyAt(replicas[1]!.url, path, student, headers);
    expect([again.status, again.headers.get('preference-applied')]).toEqual([201, null]);
    expect((await bodyOf(again)).status).toBe('active');
  });

  test.each(['held', 'declined'] as const)(
    'at one replica is told at once when another one has heard that the money is %s',
    async (outcome) => {
      const [path, student] = [await onSale(), await person('student')];
      const [here, there] = replicas;
      const began = performance.now();
      const buying = buyAt(here!.url, path, student);
      const id = await askedFor(student);
      const [held] = await heldAnswers(stage.db, [id]);
      await deliver(there!.db, consumers, [outcome === 'held' ? held! : declined(id, student.id)]);
      const answer = await buying;
      expect(answer.status).toBe(outcome === 'held' ? 201 : 402);
      expect(performance.now() - began).toBeLessThan(OUTCOME_PATIENCE);
    },
  );

  test('is told of every hold, also of one that waits for a person before the money is known to be held', async () => {
    const [path, student] = [await onSale(), await person('student')];
    const [here] = replicas;
    const buying = buyAt(here!.url, path, student);
    const [held] = await heldAnswers(stage.db, [await askedFor(student)]);
    const { purchaseId, studentId, teacherId, holds } = held!.data;
    const [{ holdId, sessionId }] = holds as [(typeof holds)[number]];
    const about = { holdId, purchaseId, sessionId, studentId, teacherId };
    await deliver(here!.db, consumers, [envelope(holdUnderReview, { ...about, reason: 'doubt' })]);
    await deliver(here!.db, consumers, [held!]);
    const answer = await buying;
    expect(answer.status).toBe(201);
    const others = holds.slice(1).map(() => 'held');
    expect((await bodyOf(answer)).holds.map(({ status }) => status)).toEqual(['review', ...others]);
  });

  test('twice with one key at two replicas waits at both for one purchase', async () => {
    const [path, student] = [await onSale(), await person('student')];
    const headers = { 'idempotency-key': 'both' };
    const first = buyAt(replicas[0]!.url, path, student, headers);
    const id = await askedFor(student);
    const second = buyAt(replicas[1]!.url, path, student, headers);
    await stage.hold(id);
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    for (const answer of answers) expect(await bodyOf(answer)).toMatchObject({ id, status: 'active' });
  });

  test('and hangs up is not waited for any longer; the purchase goes on to its end', async () => {
    const path = await onSale();
    const [here] = replicas;
    const buyers = await students(20);
    const others = await connections(here!.server);
    const sockets = await Promise.all(buyers.map((buyer) => buyerOn(here!.url, path, buyer)));
    const ids = await Promise.all(buyers.map(askedFor));
    const waiting = timers();
    for (const socket of sockets) socket.destroy();
    const idle = () => isQuiet(here!.db, 100);
    await eventually('nobody to look any more', idle, OUTCOME_PATIENCE / 1000 / 2);
    expect(timers()).toBeLessThanOrEqual(waiting - buyers.length);
    await eventually('their connections to be gone', async () => (await connections(here!.server)) <= others);
    await stage.hold(...ids);
    for (const [n, buyer] of buyers.entries())
      expect(await stage.readAt(buyer, at(ids[n]!))).toMatchObject({ status: 'active' });
  });

  test('and hangs up while the purchase is being made is not waited for at all', async () => {
    const course = await stage.onSale({ maxStudents: 5 });
    const student = await person('student');
    const [here] = replicas;
    const rival = await stage.db.transaction();
    await rival('sessions').where({ course_id: course.id }).forUpdate();
    const others = await connections(here!.server);
    const socket = await buyerOn(here!.url, pathTo(course), student);
    await somebodyWaits(stage.db);
    socket.destroy();
    await eventually('the replica to know', async () => (await connections(here!.server)) <= others);
    await rival.commit();
    const id = await askedFor(student);
    await eventually('nobody to look', () => isQuiet(here!.db, 100), OUTCOME_PATIENCE / 1000 / 2);
    await stage.hold(id);
    expect(await stage.readAt(student, at(id))).toMatchObject({ status: 'active' });
  });
});

const connections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

test('a look that fails says nothing of the purchase: the next one finds its outcome', async () => {
  const [session] = (await stage.onSale()).sessions;
  const student = await person('student');
  const { body } = await stage.ask(student, session!.id).expect(202);
  let looks = 0;
  const wait = createAwaitOutcome(stage.db, async (db, ids) => {
    looks += 1;
    if (looks <= 2) throw new Error('Connection terminated unexpectedly');
    return outcomesOf(db, ids);
  });
  await stage.hold(body.id);
  const outcome = await wait(body.id, new AbortController().signal);
  expect([outcome?.status, looks]).toEqual(['active', 3]);
});

test('a wait begun by a caller who has gone already ends at once', async () => {
  const gone = AbortSignal.abort();
  const began = performance.now();
  const looked = createAwaitOutcome(stage.db, outcomesOf)('01980000-0000-7000-8000-000000000000', gone);
  expect(await looked).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(OUTCOME_PATIENCE / 2);
});
