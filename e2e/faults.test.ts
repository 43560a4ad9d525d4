/** Parts of the system away: the others go on, and what was promised happens when they are back. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { checkInvariants, runCli } from './invariants.js';
import {
  askFor,
  buy,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  type Session,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { type ServiceName, type System, startSystem } from './system.js';

let system: System;
let admin: Caller;
let teacher: Caller;
/** Spans by trace, as an OTLP collector would receive them. */
const spans: { service: string; trace: string; name: string }[] = [];
const collector = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => {
      collect(JSON.parse(Buffer.concat(chunks).toString()) as Export);
      response.setHeader('content-type', 'application/json').end('{}');
    });
});

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: { traceId: string; name: string }[] }[];
  }[];
}

function collect({ resourceSpans }: Export): void {
  for (const { resource, scopeSpans } of resourceSpans) {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    for (const { traceId, name } of scopeSpans.flatMap((scope) => scope.spans))
      spans.push({ service, trace: traceId, name });
  }
}

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  system = await startSystem({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } });
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
});
afterAll(async () => {
  await system.stop();
  collector.close();
});

const lesson = async (): Promise<Session> => (await publishedCourse(teacher)).sessions[0]!;

/** Kills the service's process as a crash does, and gives the way to start it again. */
async function crash(service: ServiceName): Promise<() => Promise<void>> {
  const [process] = system.processes(service);
  if (process === undefined) throw new Error(`${service} does not run`);
  await process.kill('SIGKILL');
  return async () => {
    const again = await process.restart();
    Object.assign(process, again);
  };
}

test('one trace runs from the gateway to the last consumer', async () => {
  const student = await studentWith(system.gateway, admin, 1000);
  const bought = await buy(student, await lesson());
  const trace = bought.headers.get('x-request-id') ?? '';
  await eventually('spans of every service the purchase went through', async () => {
    const services = new Set(spans.filter((span) => span.trace === trace).map(({ service }) => service));
    return ['gateway', 'enrollment', 'wallet', 'settlement'].every((service) => services.has(service));
  });
});

describe('a service that is down', () => {
  test('is a 503 with Retry-After at the gateway while the others go on', async () => {
    const restart = await crash('settlement');
    const student = await studentWith(system.gateway, admin, 1000);
    const held = await student.get('/holds/me');
    expect(held.status).toBe(503);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(held.body.type).toMatch(/^\/problems\//);
    expect((await buy(student, await lesson())).status).toBe(201);
    await restart();
    await eventually('the breaker to close', async () => (await student.get('/holds/me')).status === 200, 30);
  });

  test('when it settles, settles what happened meanwhile once it is back', async () => {
    const restart = await crash('settlement');
    const student = await studentWith(system.gateway, admin, 1000);
    const session = await lesson();
    const bought = await buy(student, session);
    await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
    await restart();
    await eventually(
      'the gateway to reach it',
      async () => (await student.get('/holds/me')).status === 200,
      30,
    );
    expect(await settled(student, holdOf(bought))).toMatchObject({ status: 'released' });
  });

  test('when it holds the money, answers a purchase with 202, and the purchase ends once it is back', async () => {
    const student = await studentWith(system.gateway, admin, 1000);
    const session = await lesson();
    const restart = await crash('wallet');
    const bought = await askFor(student, session);
    expect(bought.status).toBe(202);
    expect(bought.body.status).toBe('pending');
    await restart();
    await eventually('the purchase to be active', async () => {
      const location = bought.headers.get('location') ?? '';
      const { body } = await student.get<Purchase>(location.replace(/^.*\/api\/v1/, ''));
      return body.status === 'active';
    });
    await eventually('the money held', async () => (await walletOf(student)).credits?.amount === 0, 30);
  });

  test('when it takes the webhooks, makes the video server try again', async () => {
    const student = await studentWith(system.gateway, admin, 1000);
    const session = await lesson();
    const bought = await buy(student, session);
    const restart = await crash('attendance');
    // As often as a busy machine needs to have it back: half a minute.
    const playing = play(system, teacher.id, session, { students: { [student.id]: '0-60' }, tries: 12 });
    await restart();
    await playing;
    expect(await settled(student, holdOf(bought))).toMatchObject({ status: 'released' });
  });
});

test('an event that no handler can take is dead, shown, and retried by the operator', async () => {
  const db = system.db('wallet');
  const [done] = await db('inbox').where({ status: 'done', type: 'identity.user-registered.v1' }).limit(1);
  const [sent] = await system.db('identity')('outbox').where({ id: done.event_id });
  await db('inbox')
    .where({ event_id: done.event_id })
    .update({ status: 'dead', body: sent.body, attempts: 9, last_error: 'a test' });
  const listed = await runCli(system, 'dead', 'list', '--service', 'wallet');
  expect(listed.output).toContain(done.event_id);
  const retried = await runCli(
    system,
    'dead',
    'retry',
    '--service',
    'wallet',
    '--id',
    done.event_id,
    '--reason',
    'mended',
  );
  expect(retried.code).toBe(0);
  await eventually(
    'it done',
    async () => (await db('inbox').where({ event_id: done.event_id }).first()).status === 'done',
  );
  expect(await db('operator_actions')).toHaveLength(1);
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
