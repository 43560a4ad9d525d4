/** A teacher cancels a session: everybody who paid for it has his money back, wherever that was at the moment. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Purchase, readRoster } from '@rollcall/contracts/api/enrollment';
import type { Hold } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import { checkInvariants } from './invariants.js';
import {
  type Answer,
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  publishedCourse,
  type Session,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let admin: Caller;
let teacher: Caller;
beforeAll(async () => {
  system = await startSystem();
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
}, 120_000);
afterAll(() => system.stop());

const usd = (amount: number) => ({ amount, currency: 'USD' });
const student = (credits = 1000) => studentWith(system.gateway, admin, credits);
const cancel = (session: Session, body?: object) =>
  teacher.post<Session>(`/sessions/${session.id}/cancel`, body);
const creditsOf = async (who: Caller) => (await walletOf(who)).credits;
const earned = async () => (await walletOf(teacher)).earnings.available.amount;

/** The purchase once it is in this state. */
const purchaseIn = (status: Purchase['status'], who: Caller, bought: Answer<Purchase>) =>
  eventually(`the purchase to be ${status}`, async () => {
    const { body } = await who.get<Purchase>(`/enrollments/sessions/${bought.body.id}`);
    return body.status === status && body;
  });

/** What an admin decides before class, once settlement knows the hold. */
async function decided(what: 'release' | 'refund', who: Caller, bought: Answer<Purchase>): Promise<Hold> {
  await eventually('settlement to have heard of the hold', async () => {
    const { status } = await admin.post(`/admin/holds/${holdOf(bought)}/${what}`, { reason: 'agreed' });
    return status === 200;
  });
  return settled(who, holdOf(bought));
}

/** What is done while no wallet runs. */
async function withoutWallet(act: () => Promise<void>): Promise<void> {
  const [wallet] = system.processes('wallet');
  await wallet!.kill('SIGKILL');
  await act().finally(async () => Object.assign(wallet!, await wallet!.restart()));
}

describe('of a session with purchases in every state', () => {
  test('what was held or is only held later goes back; what an admin had decided stays', async () => {
    const [session, other] = (await publishedCourse(teacher, { sessions: 2, maxStudents: 6 })).sessions as [
      Session,
      Session,
    ];
    const [held, released, refunded, asked] = await Promise.all([
      student(2000),
      ...[1, 2, 3].map(() => student()),
    ]);
    const poor = await student(1);
    const bought = await buy(held!, session);
    const [given, taken] = [await buy(released!, session), await buy(refunded!, session)];
    const before = await earned();
    await decided('release', released!, given);
    await decided('refund', refunded!, taken);

    const later = { prefer: 'respond-async' };
    const pending: Answer<Purchase>[] = [];
    await withoutWallet(async () => {
      for (const who of [asked!, poor]) pending.push(await buy(who, session, later));
      expect(pending.map(({ status }) => status)).toEqual([202, 202]);
      expect((await cancel(session, { reason: 'I am ill' })).body).toMatchObject({ status: 'cancelled' });
    });

    await purchaseIn('refunded', held!, bought);
    await purchaseIn('refunded', asked!, pending[0]!);
    await purchaseIn('declined', poor, pending[1]!);
    for (const [who, purchase] of [[held!, bought] as const, [asked!, pending[0]!] as const])
      expect(await settled(who, holdOf(purchase))).toMatchObject({
        status: 'refunded',
        decision: { reason: 'session-cancelled', refund: usd(1000), teacher: usd(0) },
      });
    const credits = await Promise.all([held!, released!, refunded!, asked!, poor].map(creditsOf));
    expect(credits).toEqual([2000, 0, 1000, 1000, 1].map(usd));
    expect((await earned()) - before).toBe(1000);

    expect((await buy(held!, session)).body).toMatchObject({ type: '/problems/session-cancelled' });
    expect((await buy(held!, other)).status).toBe(201);
    expect((await held!.post(`/sessions/${session.id}/join`)).body.type).toBe('/problems/session-cancelled');
    const roster = await teacher.get<AnswerOf<typeof readRoster>>(`/teacher/sessions/${session.id}/roster`);
    const money = new Map(roster.body.data.map(({ studentId, hold }) => [studentId, hold.status]));
    expect(money).toEqual(
      new Map(
        [held!, released!, refunded!, asked!].map(({ id }, index) => [
          id,
          index === 1 ? 'released' : 'refunded',
        ]),
      ),
    );
  });

  test('of twenty who buy while it is cancelled nobody is left without session and money', async () => {
    const [session] = (await publishedCourse(teacher)).sessions as [Session];
    const buyers = await Promise.all(Array.from({ length: 20 }, () => student()));
    const asks = buyers.map((buyer) => buy(buyer, session));
    const [gone] = await Promise.all([cancel(session), cancel(session)]);
    expect(gone.status).toBe(200);
    const answers = await Promise.all(asks);
    for (const { status } of answers) expect([201, 202, 409]).toContain(status);
    for (const [index, buyer] of buyers.entries()) {
      if (answers[index]!.status !== 409) await purchaseIn('refunded', buyer, answers[index]!);
      await eventually('the money to be back', async () => (await creditsOf(buyer)).amount === 1000);
    }
    const { rows } = await system
      .db('settlement')
      .raw('select status, count(*) from holds where session_id = ? group by status', [session.id]);
    expect(rows.filter(({ status }: { status: string }) => status !== 'refunded')).toEqual([]);
  });
});

test('a session moved to this evening opens its room to who had bought it for another day', async () => {
  const [session] = (await publishedCourse(teacher, { startsIn: 48 })).sessions as [Session];
  const buyer = await student();
  await buy(buyer, session);
  const startsAt = new Date(Date.now() + 5 * 60_000).toISOString();
  const answer = await fetch(`${system.gateway}/api/v1/sessions/${session.id}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${teacher.token}`,
      'content-type': 'application/json',
      'if-match': `"${session.version}"`,
    },
    body: JSON.stringify({ startsAt }),
  });
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, `"${session.version + 1}"`]);
  const entered = await eventually('the room to be open', async () => {
    const join = await buyer.post<{ roomName: string }>(`/sessions/${session.id}/join`);
    return join.status === 200 && join;
  });
  expect(entered.body.roomName).toBe(session.roomName);
  const known = await system.db('settlement')('sessions').where({ id: session.id }).first();
  expect(known.ends_at.getTime()).toBe(Date.parse(startsAt) + 3_600_000);
  const { body } = await teacher.get<Course>(`/courses/${session.courseId}`);
  expect(body.sessions[0]).toMatchObject({ startsAt, version: session.version + 1 });
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
