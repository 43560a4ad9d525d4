import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buy, demo, publishedCourse, studentWith } from '@rollcall/e2e/story';
import { startSystem } from '@rollcall/e2e/system';
import { amqpUrl, testDatabase } from '@rollcall/kit/testing';
import { connect } from 'amqplib';
import { type Figure, median, milliseconds } from '../report.js';

/** Rounds of purchases, and how many of the first only warm both: a server that runs is warm. */
const ROUNDS = 8;
const WARM_UP = 4;
const PURCHASES = 60;

/** One purchase after another through the gateway, against a bare saga of the same commits and hops. */
export async function purchase(): Promise<Figure> {
  const system = await startSystem();
  const bare = await startBare();
  const admin = await demo(system.gateway, 'admin');
  const teacher = await demo(system.gateway, 'teacher');
  const student = await studentWith(system.gateway, admin, 1_000_000);
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { sessions } = await publishedCourse(teacher, { sessions: PURCHASES, price: 100 });
    for (const session of sessions) {
      times.ours.push(await timed(async () => (await buy(student, session)).status));
    }
    for (let n = 0; n < PURCHASES; n += 1) {
      times.bare.push(
        await timed(async () => (await fetch(`${bare.url}/purchase`, { method: 'POST' }).then(drain)).status),
      );
    }
  }
  await bare.stop();
  await system.stop();
  const warm = WARM_UP * PURCHASES;
  const [ours, limit] = [median(times.ours.slice(warm)), median(times.bare.slice(warm))];
  const means = 'bare saga over ours; a third is three times as long';
  return {
    name: 'purchase p50 through the gateway',
    ours: milliseconds(ours),
    limit: milliseconds(limit),
    ratio: limit / ours,
    goal: 1 / 3,
    means,
  };
}

async function drain(answer: Response): Promise<Response> {
  await answer.arrayBuffer();
  return answer;
}

async function timed(act: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const status = await act();
  if (status !== 201) throw new Error(`a purchase was answered with ${status}`);
  return performance.now() - started;
}

async function startBare(): Promise<{ url: string; stop(): Promise<void> }> {
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
    url: `http://127.0.0.1:${String(port).trim()}`,
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
