/** Purchases the wallet cannot answer in time: asked about again, given up, held after all; one end each, and no cent astray. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { askForJob, awaitJob } from '@rollcall/cli/jobs';
import type { Course, Purchase } from '@rollcall/contracts/api/enrollment';
import { namesOf } from '@rollcall/kit/topology';
import { type ChannelModel, connect } from 'amqplib';
import { checkInvariants } from './invariants.js';
import { type Kind, kinds } from './kinds.js';
import { type Caller, demo, eventually, publishedCourse, studentWith, walletOf } from './story.js';
import { type Process, type Storing, type System, startSystem } from './system.js';

const PRICE = 1_000;
/** Seconds: a turn of the clock comes every ten, on a busy machine later. */
const PATIENCE = 60;

let system: System;
let broker: ChannelModel;
let admin: Caller;
let teacher: Caller;
let student: Caller;
let course: Course;
beforeAll(async () => {
  system = await startSystem({ replicas: 2 });
  broker = await connect(system.amqp);
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
});
afterAll(async () => {
  await broker?.close();
  await system?.stop();
});
/** Processes that are away; each test brings them back, and the next begins with all of them. */
const away = new Map<Process, () => Promise<void>>();
afterEach(async () => {
  for (const back of away.values()) await back();
});

/** Every replica of the service. */
async function stop(service: Storing, signal: 'SIGKILL' | 'SIGSTOP'): Promise<() => Promise<void>> {
  const backs = await Promise.all(system.processes(service).map(signal === 'SIGKILL' ? kill : freeze));
  return async () => {
    await Promise.all(backs.map((back) => back()));
  };
}

async function kill(one: Process): Promise<() => Promise<void>> {
  await one.kill('SIGKILL');
  return backAs(one, async () => {
    Object.assign(one, await one.restart());
  });
}

async function freeze(one: Process): Promise<() => Promise<void>> {
  process.kill(one.pid, 'SIGSTOP');
  return backAs(one, async () => {
    process.kill(one.pid, 'SIGCONT');
  });
}

function backAs(one: Process, act: () => Promise<void>): () => Promise<void> {
  const back = async () => {
    if (away.delete(one)) await act();
  };
  away.set(one, back);
  return back;
}

/** All that waits for a service at the broker is lost. It must be away. */
async function loseMessagesFor(service: Storing): Promise<number> {
  const channel = await broker.createChannel();
  const queue = namesOf(system.prefix).queue(service);
  const { messageCount } = await channel.purgeQueue(queue);
  await channel.close();
  return messageCount;
}

const published = (service: Storing) =>
  eventually(
    `${service} to have sent all it has to say`,
    async () => (await system.db(service)('outbox_unpublished')).length === 0,
    PATIENCE,
  );

/** As if a purchase had been asked for, and asked about, so many seconds earlier. */
const age = (id: string, seconds: number) =>
  system.db('enrollment').raw(
    `update purchases set requested_at = requested_at - make_interval(secs => :seconds),
            asked_at = asked_at - make_interval(secs => :seconds),
            expiry_asked_at = expiry_asked_at - make_interval(secs => :seconds) where id = :id`,
    { seconds, id },
  );

/** Runs one of enrollment's timed works now, as an operator would: not every test waits for its turn of the clock. */
async function turn(job: 'ask-again' | 'request-expiry'): Promise<void> {
  const db = system.db('enrollment');
  const asked = await askForJob(db, job, { actor: 'e2e', reason: 'not to wait for the clock' });
  expect((await awaitJob(db, asked, PATIENCE)).outcome).toBe('done');
}

/** Events of a type about a purchase that enrollment has said. */
const said = async (type: string, id: string): Promise<{ seq: number }[]> =>
  system
    .db('enrollment')('outbox')
    .where({ subject: id, type: `enrollment.${type}.v1` })
    .orderBy('seq');

const hasSaid = (type: string, id: string, times: number) =>
  eventually(`${type}, ${times} times`, async () => (await said(type, id)).length === times, PATIENCE);

/** One seat of something, and a student with the money for it. */
async function prepare(): Promise<void> {
  course = await publishedCourse(teacher, { price: PRICE, maxStudents: 1 });
  student = await studentWith(system.gateway, admin, PRICE);
}

const ends = (kind: Kind, id: string, status: Purchase['status'], who = student) =>
  eventually(
    `purchase ${id} ${status}`,
    async () => {
      const { body } = await who.get<Purchase>(kind.at(id));
      if (body.status !== 'pending' && body.status !== status) throw new Error(`became ${body.status}`);
      return body.status === status;
    },
    PATIENCE,
  );

const credits = async () => (await walletOf(student)).credits.amount;
const held = (id: string) => system.db('wallet')('holds').where({ purchase_id: id });

describe.each(kinds)('who bought $name', (kind) => {
  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'while the wallet was away (%s) waited no longer than 3 s, and has it when the wallet is back',
    async (signal) => {
      await prepare();
      const back = await stop('wallet', signal);
      const { status, body, headers } = await student.post<Purchase>(kind.path(course));
      expect([status, body.status]).toEqual([202, 'pending']);
      expect(headers.get('location')).toBe(`/api/v1${kind.at(body.id)}`);
      await back();
      await ends(kind, body.id, 'active');
      expect(await credits()).toBe(0);
    },
  );

  test('is asked about again after a minute when the question was lost', async () => {
    const { id, again } = await boughtWithWalletAway(kind);
    await published('enrollment');
    expect(await loseMessagesFor('wallet')).toBeGreaterThan(0);
    await age(id, 60);
    await hasSaid('purchase-requested', id, 2);
    await again();
    await ends(kind, id, 'active');
    expect([await credits(), (await held(id)).length]).toEqual([0, 1]);
  });

  test('is given up after fifteen minutes by the wallet alone; the seat is free, and the question come late buys nothing', async () => {
    const { id, again } = await boughtWithWalletAway(kind);
    await published('enrollment');
    await loseMessagesFor('wallet');
    await age(id, 900);
    await turn('request-expiry');
    await hasSaid('expiry-requested', id, 1);
    await published('enrollment');
    expect((await student.get<Purchase>(kind.at(id))).body.status).toBe('pending');
    await loseMessagesFor('wallet');
    await age(id, 900);
    await turn('request-expiry');
    await hasSaid('expiry-requested', id, 2); // until there is an answer
    await again();
    await ends(kind, id, 'expired');

    const [{ seq }] = (await said('purchase-requested', id)) as [{ seq: number }];
    await system.db('enrollment')('outbox_unpublished').insert({ seq });
    await published('enrollment');
    const other = await studentWith(system.gateway, admin, PRICE);
    const { status, body } = await other.post<Purchase>(kind.path(course));
    expect([status, body.status]).toEqual([201, 'active']);
    expect([await credits(), (await held(id)).length]).toEqual([PRICE, 0]);
    expect((await student.get<Purchase>(kind.at(id))).body.status).toBe('expired');
  });

  test.each([
    ['a minute, by asking again', 60, 'ask-again', 'purchase-requested', 2],
    ['fifteen, by asking to give it up', 900, 'request-expiry', 'expiry-requested', 1],
  ] as const)(
    'whose money was held and whose answer was lost has it after %s',
    async (_after, seconds, job, type, times) => {
      const { id, again } = await boughtWithWalletAway(kind, 'SIGSTOP');
      await published('enrollment');
      const back = await stop('enrollment', 'SIGKILL');
      await again();
      await eventually('the money held', async () => (await held(id)).length > 0, PATIENCE);
      await published('wallet');
      expect(await loseMessagesFor('enrollment')).toBeGreaterThan(0);
      await age(id, seconds);
      await back();
      await turn(job);
      await hasSaid(type, id, times);
      await ends(kind, id, 'active');
      expect([await credits(), (await held(id)).length]).toEqual([0, 1]);
      expect(await said('purchase-activated', id)).toHaveLength(1);
    },
  );

  test('and is asked about and given up while the wallet hangs has one end, whichever it hears first', async () => {
    const { id, again } = await boughtWithWalletAway(kind, 'SIGSTOP');
    await age(id, 60);
    await turn('ask-again');
    await hasSaid('purchase-requested', id, 2);
    await age(id, 900);
    await turn('request-expiry');
    await hasSaid('expiry-requested', id, 1);
    await published('enrollment');
    await again();
    const ended = await eventually(
      'an end',
      async () => {
        const { status } = (await student.get<Purchase>(kind.at(id))).body;
        return status !== 'pending' && status;
      },
      PATIENCE,
    );
    expect(['active', 'expired']).toContain(ended);
    const isHeld = ended === 'active';
    expect([await credits(), (await held(id)).length > 0]).toEqual([isHeld ? 0 : PRICE, isHeld]);
  });
});

/** A purchase that waits because the wallet is away, and how to bring the wallet back. */
async function boughtWithWalletAway(kind: Kind, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL') {
  await prepare();
  const again = await stop('wallet', signal);
  const { status, body } = await student.post<Purchase>(kind.path(course), undefined, {
    prefer: 'respond-async',
  });
  expect([status, body.status]).toEqual([202, 'pending']);
  return { id: body.id, again };
}

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
