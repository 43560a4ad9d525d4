import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buy, type Caller, demo, publishedCourse, studentWith } from '@rollcall/e2e/story';
import { type System, startSystem } from '@rollcall/e2e/system';
import { amqpUrl, testDatabase } from '@rollcall/kit/testing';
import { connect } from 'amqplib';
import { type Figure, inParallel, median, milliseconds, perSecond, rate } from '../report.js';

/** Rounds of purchases, and how many of the first only warm both: a server that runs is warm. */
const ROUNDS = 20;
const WARM_UP = 14;
const PURCHASES = 60;

/** Buyers at once, each in need of one connection, enough to keep both cores busy; rounds, and how many of the first only warm both. */
const BUYERS = 32;
const BUSY_PURCHASES = 1_600;
const BUSY_ROUNDS = 8;
const BUSY_WARM_UP = 4;

/** Purchases through the gateway, against a bare saga of the same commits and hops: one after another, and many at once. */
export async function purchase(): Promise<Figure[]> {
  const system = await startSystem();
  const bare = await startBare();
  const figures = [await oneAfterAnother(system, bare), await manyAtOnce(system, bare)];
  await bare.stop();
  await system.stop();
  return figures;
}

async function oneAfterAnother({ gateway }: System, bare: Bare): Promise<Figure> {
  const [teacher, [student]] = await peopleOf(gateway, 1);
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { sessions } = await publishedCourse(teacher, { sessions: PURCHASES, price: 100 });
    for (const session of sessions)
      times.ours.push(await timed(async () => (await buy(student as Caller, session)).status));
    for (let n = 0; n < PURCHASES; n += 1) times.bare.push(await timed(bare.purchase));
  }
  const warm = WARM_UP * PURCHASES;
  const [ours, limit] = [median(times.ours.slice(warm)), median(times.bare.slice(warm))];
  return {
    name: 'purchase p50 through the gateway',
    ours: milliseconds(ours),
    limit: milliseconds(limit),
    ratio: limit / ours,
    goal: 0.4,
    means: 'bare saga over ours; 0.4 is two and a half times as long',
  };
}

async function manyAtOnce({ gateway }: System, bare: Bare): Promise<Figure> {
  const [teacher, students] = await peopleOf(gateway, BUYERS);
  const each = BUSY_PURCHASES / BUYERS;
  const took = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < BUSY_ROUNDS; round += 1) {
    const { sessions } = await publishedCourse(teacher, { sessions: each, price: 100 });
    const wanted = sessions.flatMap((session) => students.map((student) => ({ session, student })));
    took.ours.push(
      await timed(() => all(wanted, async ({ session, student }) => (await buy(student, session)).status)),
    );
    took.bare.push(await timed(() => all(wanted, bare.purchase)));
  }
  const measured = (times: readonly number[]) => perSecond(BUSY_PURCHASES, median(times.slice(BUSY_WARM_UP)));
  const [ours, limit] = [measured(took.ours), measured(took.bare)];
  return {
    name: `purchases through the gateway, ${BUYERS} at once`,
    ours: rate(ours),
    limit: rate(limit),
    ratio: ours / limit,
    goal: 0.6,
    means: 'ours over bare saga',
  };
}

/** A teacher, and students with credits enough for everything. */
async function peopleOf(gateway: string, students: number): Promise<[Caller, Caller[]]> {
  const admin = await demo(gateway, 'admin');
  const rich = Array.from({ length: students }, () => studentWith(gateway, admin, 1_000_000));
  return [await demo(gateway, 'teacher'), await Promise.all(rich)];
}

async function all<Item>(items: readonly Item[], act: (item: Item) => Promise<number>): Promise<number> {
  await inParallel(items, BUYERS, async (item) => mustBe201(await act(item)));
  return 201;
}

async function drain(answer: Response): Promise<Response> {
  await answer.arrayBuffer();
  return answer;
}

async function timed(act: () => Promise<number>): Promise<number> {
  const started = performance.now();
  mustBe201(await act());
  return performance.now() - started;
}

function mustBe201(status: number): void {
  if (status !== 201) throw new Error(`a purchase was answered with ${status}`);
}

interface Bare {
  purchase(): Promise<number>;
  stop(): Promise<void>;
}

async function startBare(): Promise<Bare> {
  const { db, url, close } = await testDatabase();
  await db.raw(`
    create table bare_purchases (id uuid primary key, status text not null);
    create table bare_held (id uuid primary key);
    create table bare_outbox (id uuid primary key)`);
  const prefix = `rollcall-bench-${randomBytes(4).toString('hex')}.`;
  const script = new URL('../bare/saga.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', '--conditions=source', script, url, amqpUrl(), prefix];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  return {
    purchase: async () =>
      (await fetch(`http://127.0.0.1:${String(port).trim()}/purchase`, { method: 'POST' }).then(drain))
        .status,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      const connection = await connect(amqpUrl());
      const channel = await connection.createChannel();
      await channel.deleteQueue(`${prefix}asked`);
      await channel.deleteQueue(`${prefix}answered`);
      await connection.close();
      await close();
    },
  };
}
