import type { Envelope } from '@rollcall/contracts/event';
import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { callerOf, fund } from '@rollcall/e2e/story';
import { startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { envelope } from '@rollcall/kit/testing';
import { bareLedger, placeHold } from '../bare/ledger.js';
import { adminToken, startIssuer } from '../keys.js';
import { publishEvents } from '../publisher.js';
import { type Figure, inParallel, perSecond, rate, until } from '../report.js';

const STUDENTS = 200;
const HOLDS = 10_000;
const CONNECTIONS = 32;
const AMOUNT = 1_000;

/** Holds placed from messages in the wallet's queue, against one plain transaction a hold on 32 connections. */
export async function walletHolds(): Promise<Figure> {
  const ours = await fromMessages();
  const bare = await rowAtATime();
  const means = 'ours over row-at-a-time at 32 connections';
  return {
    name: `wallet: ${HOLDS} holds applied from messages`,
    ours: rate(ours),
    limit: rate(bare),
    ratio: ours / bare,
    goal: 1,
    means,
  };
}

async function fromMessages(): Promise<number> {
  const issuer = await startIssuer();
  const system = await startSystem({ services: ['wallet'], settings: issuer.settings });
  const students = Array.from({ length: STUDENTS }, newId);
  await publishEvents(system.prefix, students.map(registered));
  const admin = callerOf(system.urls.wallet[0] ?? '', '', await adminToken());
  await inParallel(students, 8, (id) => fund(admin, callerOf('', id), AMOUNT * HOLDS));
  const requests = Array.from({ length: HOLDS }, (_, n) => request(students[n % STUDENTS] ?? ''));
  const db = system.db('wallet');
  const started = performance.now();
  await publishEvents(system.prefix, requests);
  await until('all holds', async () => Number((await db('holds').count())[0]?.count) >= HOLDS);
  const took = performance.now() - started;
  await system.stop();
  issuer.close();
  return perSecond(HOLDS, took);
}

const registered = (userId: string): Envelope =>
  envelope(userRegistered, {
    userId,
    roles: ['student'],
    displayName: 'Bench',
    email: 'bench@example.test',
    locale: 'en',
    timeZone: 'UTC',
    referrerId: null,
    version: 1,
  });

function request(studentId: string): Envelope {
  const amount = { amount: AMOUNT, currency: 'USD' };
  return envelope(purchaseRequested, {
    purchaseId: newId(),
    requestedAt: new Date().toISOString(),
    kind: 'session',
    studentId,
    teacherId: newId(),
    courseId: newId(),
    fundedBy: 'credits',
    holds: [{ holdId: newId(), sessionId: newId(), amount }],
    total: amount,
  });
}

async function rowAtATime(): Promise<number> {
  const bare = await bareLedger(STUDENTS, CONNECTIONS);
  const turns = Array.from({ length: HOLDS }, (_, n) => n % STUDENTS);
  const started = performance.now();
  await inParallel(turns, CONNECTIONS, (account) => placeHold(bare.pool, account, AMOUNT));
  const took = performance.now() - started;
  await bare.close();
  return perSecond(HOLDS, took);
}
