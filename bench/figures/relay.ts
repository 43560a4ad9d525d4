import { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import { connectBroker } from '@rollcall/kit/broker';
import { newId } from '@rollcall/kit/id';
import { startRelay } from '@rollcall/kit/relay';
import { amqpUrl, quietLog, testDatabase, testPrefix, workOf } from '@rollcall/kit/testing';
import { namesOf } from '@rollcall/kit/topology';
import { connect } from 'amqplib';
import { type Figure, perSecond, rate, until } from '../report.js';

const EVENTS = 20_000;

/** Outbox rows published, confirmed and marked, against bare publishing of the same bodies with many in flight. */
export async function relay(): Promise<Figure> {
  const bindings = { wallet: [purchaseRequested.type] };
  const { prefix, remove } = testPrefix(bindings);
  const { db, url, close } = await testDatabase();
  const broker = await connectBroker(amqpUrl(), { prefix, bindings }, { log: quietLog });
  await workOf(db, async (work) => {
    for (let n = 0; n < EVENTS; n += 1) work.emit(purchaseRequested, purchase());
  });
  const bodies: string[] = await db('outbox').orderBy('seq').pluck('body');

  const bare = await publishBare(prefix, bodies);
  const started = performance.now();
  const running = startRelay({ db, databaseUrl: url, broker, log: quietLog, mustRoute: () => true });
  await until('all marks', async () => Number((await db('outbox_unpublished').count())[0]?.count) === 0);
  const ours = perSecond(EVENTS, performance.now() - started);

  await running.stop();
  await broker.close();
  await remove();
  await close();
  const means = 'ours over raw pipelined confirmed publishing';
  return {
    name: `relay: ${EVENTS} outbox rows`,
    ours: rate(ours),
    limit: rate(bare),
    ratio: ours / bare,
    goal: 0.7,
    means,
  };
}

async function publishBare(prefix: string, bodies: readonly string[]): Promise<number> {
  const connection = await connect(amqpUrl());
  const channel = await connection.createConfirmChannel();
  const started = performance.now();
  for (const body of bodies) {
    const sent = channel.publish(namesOf(prefix).events, purchaseRequested.type, Buffer.from(body), {
      persistent: true,
      mandatory: true,
    });
    if (!sent) await new Promise((resolve) => channel.once('drain', resolve));
  }
  await channel.waitForConfirms();
  const took = performance.now() - started;
  await connection.close();
  return perSecond(bodies.length, took);
}

function purchase() {
  const amount = { amount: 1_000, currency: 'USD' };
  return {
    purchaseId: newId(),
    requestedAt: new Date().toISOString(),
    kind: 'session' as const,
    studentId: newId(),
    teacherId: newId(),
    courseId: newId(),
    fundedBy: 'credits' as const,
    holds: [{ holdId: newId(), sessionId: newId(), amount }],
    total: amount,
  };
}
