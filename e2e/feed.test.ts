/** What happens is heard while it happens, by whom it concerns and nobody else, also when the replica that told it dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { FeedChange } from '@rollcall/contracts/api/events';
import { readEvents } from '@rollcall/contracts/event-reader';
import {
  buy,
  type Caller,
  demo,
  eventually,
  play,
  publishedCourse,
  register,
  settled,
  studentWith,
} from './story.js';
import { type System, startSystem } from './system.js';

let system: System;
let admin: Caller;
beforeAll(async () => {
  system = await startSystem({
    services: ['identity', 'enrollment', 'attendance', 'settlement', 'wallet', 'notification', 'gateway'],
    replicasOf: { notification: 2 },
  });
  admin = await demo(system.gateway, 'admin');
}, 180_000);
afterAll(() => system.stop());

interface Listener {
  readonly changes: FeedChange[];
  /** Names of all that came, as often as it came. */
  readonly names: string[];
  stop(): void;
}

const listening: Listener[] = [];
afterEach(() => {
  for (const one of listening.splice(0)) one.stop();
});

/** As the web app does: whatever ends the stream, it comes again with the last id it had. */
function listen({ token }: Caller): Listener {
  const over = new AbortController();
  const heard = { changes: [] as FeedChange[], names: [] as string[] };
  let last: string | undefined;
  const once = async () => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(last !== undefined && { 'last-event-id': last }),
    };
    const answer = await fetch(`${system.gateway}/api/v1/events`, { headers, signal: over.signal });
    if (answer.status !== 200) return;
    for await (const { event, id, data } of readEvents(answer)) {
      last = id;
      heard.names.push(event);
      if (event === 'change') heard.changes.push(JSON.parse(data));
    }
  };
  void (async () => {
    for (; !over.signal.aborted; await sleep(100)) await once().catch(() => {});
  })();
  const one = { ...heard, stop: () => over.abort() };
  listening.push(one);
  return one;
}

const isReady = (...all: readonly Listener[]) =>
  eventually('everybody to listen', async () => all.every(({ names }) => names.includes('ready')));

const heard = ({ changes }: Listener, type: string, id?: string): boolean =>
  changes.some((one) => one.type === `${type}.v1` && (id === undefined || one.id === id));

test('a purchase and its class are heard by the student and the teacher, and by nobody else', async () => {
  const teacher = await register(system.gateway, 'teacher');
  const [student, other] = await Promise.all([
    studentWith(system.gateway, admin, 1000),
    studentWith(system.gateway, admin, 1000),
  ]);
  const { sessions } = await publishedCourse(teacher);
  const [session] = sessions;
  const [hers, his, others] = [listen(student), listen(teacher), listen(other)];
  await isReady(hers, his, others);
  const { body: purchase } = await buy(student, session!);
  await eventually('both to hear of the purchase', async () =>
    [hers, his].every((one) => heard(one, 'enrollment.purchase-activated', purchase.id)),
  );

  await play(system, teacher.id, session!, { students: { [student.id]: '0-60' } });
  const holdId = purchase.holds[0]!.id;
  await settled(student, holdId);
  await eventually('both to hear how the class ended', async () =>
    [hers, his].every(
      (one) =>
        heard(one, 'attendance.session-completed', session!.id) &&
        heard(one, 'settlement.hold-released', holdId) &&
        heard(one, 'wallet.hold-paid', holdId),
    ),
  );
  expect(heard(his, 'settlement.session-settled', session!.id)).toBe(true);
  // The newest that was written has been looked for by then.
  const [theirs] = [listen(other)];
  await isReady(theirs);
  await sleep(500);
  expect([...others.changes, ...theirs.changes]).toEqual([]);
  expect(JSON.stringify(hers.changes)).not.toMatch(/amount|USD|Test student|Fractions/);
}, 120_000);

test('a replica killed while it tells is another that goes on, without a gap and without a repetition', async () => {
  const teacher = await register(system.gateway, 'teacher');
  const student = await studentWith(system.gateway, admin, 20_000);
  const { sessions } = await publishedCourse(teacher, { sessions: 16 });
  // Two streams, so that each of the two replicas has one of them.
  const tabs = [listen(student), listen(student)];
  await isReady(...tabs);
  const bought: string[] = [];
  const restarts: Promise<unknown>[] = [];
  for (const [index, session] of sessions.entries()) {
    if (index === 3 || index === 10) {
      const replica = system.processes('notification')[index === 3 ? 0 : 1]!;
      await replica.kill('SIGKILL');
      restarts.push(replica.restart().then((again) => Object.assign(replica, again)));
    }
    const { status, body } = await buy(student, session);
    expect(status).toBe(201);
    bought.push(body.id);
  }
  await Promise.all(restarts);
  const made = ({ changes }: Listener) =>
    changes.filter(({ resource }) => resource === 'purchase').map(({ id }) => id);
  for (const tab of tabs) {
    await eventually('each purchase to be heard', async () => made(tab).length >= bought.length, 60);
    expect(made(tab).sort()).toEqual([...bought].sort());
    expect(tab.names).not.toContain('reset');
    expect(tab.names.filter((name) => name === 'ready').length).toBeGreaterThan(1);
  }
}, 180_000);

test('a replica told to stop does not wait for those who listen', async () => {
  const student = await register(system.gateway, 'student');
  const tabs = [listen(student), listen(student)];
  await isReady(...tabs);
  await eventually(
    'the one killed before to be back',
    async () => (await fetch(`${system.urls.notification[1]}/readyz`).catch(() => undefined))?.ok,
  );
  const told = Date.now();
  await system.processes('notification')[0]!.kill('SIGTERM');
  expect(Date.now() - told).toBeLessThan(4_000);
  await eventually('both to be with the other', async () => {
    const [page] = await Promise.all([
      fetch(`${system.urls.notification[1]}/metrics`).then((one) => one.text()),
    ]);
    return page.includes('\nevent_streams 2\n');
  });
}, 60_000);
