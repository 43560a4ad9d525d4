/**
 * A teacher changes what others have bought or are buying, at two replicas of every service. Who paid for a session that is
 * cancelled has his money back, wherever that was at the moment.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import type { Hold } from '@rollcall/contracts/api/settlement';
import type { readRoster } from '@rollcall/contracts/api/teaching';
import type { AnswerOf } from '@rollcall/contracts/route';
import { checkInvariants } from './invariants.js';
import {
  type Answer,
  askFor,
  atGateway,
  buy,
  buyCourse,
  type Caller,
  demo,
  eventually,
  cancel as giveUp,
  holdOf,
  placeOf,
  play,
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
  system = await startSystem({ replicas: 2 });
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
}, 120_000);
afterAll(() => system.stop());

const usd = (amount: number) => ({ amount, currency: 'USD' });
const student = (credits = 1000) => studentWith(system.gateway, admin, credits);
const cancel = (session: Session, body?: object, who = teacher) =>
  who.post<Session>(`/sessions/${session.id}/cancel`, body);
const creditsOf = async (who: Caller) => (await walletOf(who)).credits;
/** Through the other gateway than everything else goes through. */
const elsewhere = (who: Caller) => atGateway(system, 1, who);
const earned = async () => (await walletOf(teacher)).earnings.available.amount;

/** The purchase once it is in this state. */
const purchaseIn = (status: Purchase['status'], who: Caller, bought: Answer<Purchase>) =>
  eventually(`the purchase to be ${status}`, async () => {
    const { body } = await who.get<Purchase>(placeOf(bought.body));
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
  const wallets = system.processes('wallet');
  await Promise.all(wallets.map((one) => one.kill('SIGKILL')));
  await act().finally(() => Promise.all(wallets.map(async (one) => Object.assign(one, await one.restart()))));
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
      for (const who of [asked!, poor]) pending.push(await askFor(who, session, later));
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
    const [gone] = await Promise.all([cancel(session), cancel(session, undefined, elsewhere(teacher))]);
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

test('a session cancelled while its students give it up goes back to each of them once, by one decision', async () => {
  for (let round = 0; round < 4; round += 1) {
    const course = await publishedCourse(teacher, { sessions: 2, maxStudents: 6 });
    const [session] = course.sessions as [Session];
    const [single, whole] = await Promise.all([
      Promise.all([1, 2, 3].map(() => student())),
      Promise.all([1, 2, 3].map(() => student(2000))),
    ]);
    const bought = await Promise.all([
      ...single.map(async (who) => ({ who, purchase: await buy(who, session) })),
      ...whole.map(async (who) => ({ who, purchase: await buyCourse(who, course) })),
    ]);
    const asks = bought.map(({ who, purchase }) => giveUp(elsewhere(who), purchase.body));
    const [gone, answers] = await Promise.all([cancel(session), Promise.all(asks)]);
    expect(gone.status).toBe(200);
    for (const [index, { who, purchase }] of bought.entries()) {
      const { status, body } = answers[index]!;
      expect([200, 202, 409]).toContain(status);
      const { kind, price } = purchase.body;
      if (kind === 'course') expect(status).not.toBe(409); // there is another session to be given up
      const hold = await settled(who, holdOf(purchase));
      expect(hold).toMatchObject({ status: 'refunded', paidAt: expect.any(String) });
      expect(['cancelled', 'session-cancelled']).toContain(hold.decision?.reason);
      const given = kind === 'course' || hold.decision?.reason === 'cancelled';
      const ended = await purchaseIn(given ? 'cancelled' : 'refunded', who, purchase);
      expect(ended.refunded).toEqual(price);
      if (status === 200 && kind === 'session') expect(body.status).toBe(ended.status);
      await eventually('the money to be back', async () => (await creditsOf(who)).amount === price.amount);
    }
  }
});

test('a session cancelled while its class is played is paid for or given back, and never both', async () => {
  const before = await earned();
  let released = 0;
  for (let round = 0; round < 5; round += 1) {
    const [session] = (await publishedCourse(teacher)).sessions as [Session];
    const pupils = [await student(), await student()];
    const bought = await Promise.all(pupils.map((who) => buy(who, session)));
    const spans = Object.fromEntries(pupils.map(({ id }) => [id, '0-60']));
    const [answer] = await Promise.all([
      new Promise((resolve) => setTimeout(resolve, round * 60)).then(() =>
        cancel(session, undefined, elsewhere(teacher)),
      ),
      play(system, teacher.id, session, { students: spans }),
    ]);
    expect([200, 409]).toContain(answer.status);
    const holds = await Promise.all(pupils.map((who, index) => settled(who, holdOf(bought[index]!))));
    const paid = holds.filter(({ status }) => status === 'released').length;
    expect([0, pupils.length]).toContain(paid); // one thing ended the session for all of its holds
    if (answer.status === 409) expect(paid).toBe(pupils.length);
    released += paid;
    for (const [index, who] of pupils.entries()) {
      await purchaseIn(paid > 0 ? 'attended' : 'refunded', who, bought[index]!);
      expect((await creditsOf(who)).amount).toBe(paid > 0 ? 0 : 1000);
    }
  }
  expect((await earned()) - before).toBe(released * 1000);
});

describe('a course', () => {
  test('is changed by one of two who saw the same of it, sold at its price, and frozen where it is sold', async () => {
    const draft = await publishedCourse(teacher, { sessions: 2, maxStudents: 5 });
    const path = `/courses/${draft.id}`;
    const tag = { 'if-match': `"${draft.version}"` };
    const changes = await Promise.all([
      teacher.patch<Course>(path, { price: usd(1500) }, tag),
      elsewhere(teacher).patch<Course>(path, { price: usd(1500) }, tag),
    ]);
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 412]);

    const buyer = await student(2500);
    const bought = await buyCourse(buyer, draft);
    expect(bought.body.holds.map(({ amount }) => amount)).toEqual([750, 750]);
    const [first, second] = draft.sessions as [Session, Session];
    const dearer = await teacher.patch(`/sessions/${first.id}`, { price: usd(5) });
    expect([dearer.status, dearer.body.type]).toEqual([409, '/problems/session-sold']);
    expect((await teacher.patch(path, { maxStudents: 0 })).status).toBe(400);

    const startsAt = new Date(Date.parse(second.startsAt) + 86_400_000).toISOString();
    const more = { number: 3, title: 'One more', startsAt, durationMinutes: 30, price: usd(100) };
    const added = await teacher.post<Session>(`${path}/sessions`, more);
    expect(added.status).toBe(201);
    expect((await elsewhere(buyer).get<Purchase>(placeOf(bought.body))).body.holds).toHaveLength(2);
    expect((await buy(buyer, added.body)).body).toMatchObject({ status: 'active', price: usd(100) });
    expect((await buy(buyer, first)).body).toMatchObject({
      type: '/problems/already-bought',
      sessionIds: [first.id],
    });

    expect((await teacher.post(`${path}/archive`)).status).toBe(200);
    const late = await student(2500);
    expect((await buyCourse(elsewhere(late), draft)).body).toMatchObject({ type: '/problems/not-on-sale' });
    expect((await buyer.get(`/enrollments/sessions/${second.id}/access`)).body).toEqual({
      hasAccess: true,
      reason: 'purchased',
    });
    expect((await creditsOf(buyer)).amount).toBe(2500 - 1500 - 100);
  });
});

test('a session moved to this evening opens its room to who had bought it for another day', async () => {
  const [session] = (await publishedCourse(teacher, { startsIn: 48 })).sessions as [Session];
  const buyer = await student();
  await buy(buyer, session);
  const startsAt = new Date(Date.now() + 5 * 60_000).toISOString();
  const tag = { 'if-match': `"${session.version}"` };
  const answer = await teacher.patch<Session>(`/sessions/${session.id}`, { startsAt }, tag);
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
