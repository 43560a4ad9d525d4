/** The promises of events.md on a real database and a real broker, within one process. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BATCH_CONTENT_TYPE, type Envelope, event } from '@rollcall/contracts/event';
import { type Channel, type ChannelModel, connect as connectAmqp } from 'amqplib';
import { z } from 'zod';
import { type Broker, connectBroker } from '../src/broker.js';
import { type Consumer, lingering, notYet, on, onBatch } from '../src/consumer.js';
import { invalid } from '../src/errors.js';
import { newId } from '../src/id.js';
import { type Inbox, startInbox } from '../src/inbox.js';
import { writeMessage } from '../src/message.js';
import { type Relay, startRelay } from '../src/relay.js';
import { retryDue } from '../src/retry.js';
import {
  amqpUrl,
  deliver,
  emitted,
  envelope,
  quietLog,
  type TestDatabase,
  testDatabase,
  testPrefix,
  workOf,
} from '../src/testing.js';
import { namesOf } from '../src/topology.js';
import { bindings, otherDone, thingDone, until } from './things.js';

const { prefix, remove } = testPrefix(bindings);
const names = namesOf(prefix);

let alpha: TestDatabase;
let beta: TestDatabase;
let broker: Broker;
let connection: ChannelModel;
let channel: Channel;
const running: (Inbox | Relay)[] = [];

beforeAll(async () => {
  [alpha, beta] = await Promise.all([testDatabase(), testDatabase()]);
  await beta.db.raw('create table effects (n integer not null)');
  broker = await connectBroker(amqpUrl(), { prefix, bindings }, { log: quietLog });
  connection = await connectAmqp(amqpUrl());
});
afterAll(async () => {
  await broker.close();
  await connection.close();
  await remove();
  await Promise.all([alpha.close(), beta.close()]);
});
beforeEach(async () => {
  channel = await connection.createChannel();
  await broker.declare();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  for (const table of ['outbox', 'outbox_unpublished']) await alpha.db(table).delete();
  for (const table of ['inbox', 'parked', 'effects']) await beta.db(table).delete();
  await channel.purgeQueue(names.queue('beta'));
  await channel.close();
});

const thing = (n: number) => ({ thingId: newId(), n });
const relay = () =>
  running.push(
    startRelay({ db: alpha.db, databaseUrl: alpha.url, broker, log: quietLog, mustRoute: () => true }),
  );
const inboxOf = (consumers: readonly Consumer[]) => ({
  db: beta.db,
  broker,
  service: 'beta',
  consumers,
  log: quietLog,
});
const consume = (...consumers: Consumer[]) => running.push(startInbox(inboxOf(consumers)));
const keep: Consumer = onBatch(thingDone, async (work, events) => {
  await work.tx('effects').insert(events.map(({ data }) => ({ n: data.n })));
});
const ignoreOther = on(otherDone, async () => {});
const effects = (): Promise<number[]> => beta.db('effects').orderBy('n').pluck('n');
const post = (events: readonly Envelope[], type = thingDone.type) => {
  const { content, contentType } = writeMessage(events.map((event) => JSON.stringify(event)));
  channel.publish(names.events, type, content, { contentType, persistent: true });
};
const row = async (id: string) => beta.db('inbox').where({ event_id: id }).first();
/** As if the wait of every kept event were over. */
const due = () =>
  beta
    .db('inbox')
    .whereNotNull('next_attempt_at')
    .update({ next_attempt_at: new Date(0) });

describe('state and events', () => {
  test('commit together or not at all', async () => {
    const failing = workOf(alpha.db, async (work) => {
      work.emit(thingDone, thing(1));
      throw new Error('the use case failed');
    });
    await expect(failing).rejects.toThrow('the use case failed');
    expect(await emitted(alpha.db)).toEqual([]);
  });

  test('an event that does not fit its own schema is refused before it can leave', async () => {
    const wrong = workOf(alpha.db, async (work) => work.emit(thingDone, { thingId: 'none', n: 1 }));
    await expect(wrong).rejects.toThrow();
    expect(await emitted(alpha.db)).toEqual([]);
  });

  test('an event no broker would take is refused before it can hold up those behind it', async () => {
    const long = event('alpha.long', 1, 'id', 'Too long.', z.object({ id: z.string(), words: z.string() }));
    const wrong = workOf(alpha.db, async (work) =>
      work.emit(long, { id: '1', words: 'x'.repeat(4_000_000) }),
    );
    await expect(wrong).rejects.toThrow('too large');
    expect(await emitted(alpha.db)).toEqual([]);
  });

  test('a deadlock is run again from the start, and its events leave once', async () => {
    await alpha.db.raw('create table if not exists rows (id integer primary key, n integer not null)');
    await alpha.db('rows').insert([1, 2].map((id) => ({ id, n: 0 })));
    const both = (first: number, second: number) =>
      workOf(alpha.db, async (work) => {
        await work.tx('rows').where({ id: first }).increment('n');
        await new Promise((resolve) => setTimeout(resolve, 100));
        await work.tx('rows').where({ id: second }).increment('n');
        work.emit(thingDone, thing(first));
      });
    await Promise.all([both(1, 2), both(2, 1)]);
    expect(await alpha.db('rows').orderBy('id').pluck('n')).toEqual([2, 2]);
    expect(await emitted(alpha.db)).toHaveLength(2);
  });
});

describe('work that goes on afterwards', () => {
  test('runs in a transaction of its own once the first has committed, and may go on again', async () => {
    const seen: number[] = [];
    await workOf(alpha.db, async (work) => {
      work.emit(thingDone, thing(1));
      work.afterwards(async (next) => {
        seen.push((await emitted(alpha.db)).length); // what the first emitted is committed by now
        next.emit(thingDone, thing(2));
        next.afterwards(async (last) => last.emit(thingDone, thing(3)));
      });
    });
    expect(seen).toEqual([1]);
    expect((await emitted(alpha.db, thingDone)).map(({ data }) => data.n)).toEqual([1, 2, 3]);
  });

  test('is not begun when the first does not commit', async () => {
    let begun = false;
    const failing = workOf(alpha.db, async (work) => {
      work.afterwards(async () => {
        begun = true;
      });
      throw new Error('the use case failed');
    });
    await expect(failing).rejects.toThrow('the use case failed');
    expect(begun).toBe(false);
  });
});

describe('from one database to another', () => {
  test('every committed event arrives and acts once', async () => {
    relay();
    consume(keep, ignoreOther);
    for (let batch = 0; batch < 10; batch += 1) {
      await workOf(alpha.db, async (work) => {
        for (let n = 0; n < 500; n += 1) work.emit(thingDone, thing(batch * 500 + n));
      });
    }
    await until('all effects', async () => (await effects()).length >= 5_000);
    expect(new Set(await effects()).size).toBe(5_000);
    await until('all marks', async () => (await alpha.db('outbox_unpublished')).length === 0);
  });

  test('an event published twice, alone and in batches, acts once', async () => {
    consume(keep, ignoreOther);
    const events = [1, 2, 3].map((n) => envelope(thingDone, thing(n)));
    const repeated = events.flatMap((event) => [event, event]);
    post(repeated);
    for (const event of repeated) post([event]);
    await until('the effects', async () => (await effects()).length === 3);
    await until(
      'an empty queue',
      async () => (await channel.checkQueue(names.queue('beta'))).messageCount === 0,
    );
    expect(await effects()).toEqual([1, 2, 3]);
  });

  test('two rivals with the same event act once between them', async () => {
    const events = Array.from({ length: 20 }, (_, n) => envelope(thingDone, thing(n)));
    await Promise.all([deliver(beta.db, [keep], events), deliver(beta.db, [keep], [...events].reverse())]);
    expect(await effects()).toHaveLength(20);
  });

  test('events that linger are acted on together', async () => {
    let batches = 0;
    const counting: Consumer = {
      ...keep,
      handle: (work, events) => {
        batches += 1;
        return keep.handle(work, events);
      },
    };
    consume(lingering(200, counting), ignoreOther);
    await until(
      'a consumer',
      async () => (await channel.checkQueue(names.queue('beta'))).consumerCount === 1,
    );
    for (let n = 0; n < 5; n += 1) {
      post([envelope(thingDone, thing(n))]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until('the effects', async () => (await effects()).length === 5);
    expect(batches).toBe(1);
  });

  test('an event carries on the correlation and the trace of what caused it', async () => {
    const cause = envelope(thingDone, thing(1), { correlationId: newId() });
    const answer = on(thingDone, async (work, { n }) => work.emit(thingDone, thing(n + 1)));
    await deliver(
      beta.db,
      [answer],
      [{ ...cause, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }],
    );
    const [sent] = await emitted(beta.db);
    expect(sent).toMatchObject({ correlationid: cause.correlationid, causationid: cause.id });
    expect(sent?.traceparent).toContain('a'.repeat(32));
    await beta.db('outbox').delete();
  });

  test('what is done afterwards carries on the correlation of its own event, in a batch too', async () => {
    const later = on(thingDone, async (work, { n }) =>
      work.afterwards(async (next) => next.emit(thingDone, thing(n + 10))),
    );
    const causes = [1, 2].map((n) => envelope(thingDone, thing(n)));
    await deliver(beta.db, [later], causes);
    const sent = await emitted(beta.db);
    expect(sent.map(({ causationid }) => causationid)).toEqual(causes.map(({ id }) => id));
    expect(sent.map(({ correlationid }) => correlationid)).toEqual(
      causes.map(({ correlationid }) => correlationid),
    );
    await beta.db('outbox').delete();
  });

  test('an event that finds no queue stays, and the topology is declared again for it', async () => {
    consume(keep, ignoreOther);
    await channel.unbindQueue(names.queue('beta'), names.events, thingDone.type);
    relay();
    await workOf(alpha.db, async (work) => work.emit(thingDone, thing(1)));
    await until('the effect', async () => (await effects()).length === 1);
  });

  test('an event the broker refuses to take stays, and leaves when it is taken', async () => {
    const { queue: full } = await channel.assertQueue('', {
      exclusive: true,
      arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
    });
    await channel.bindQueue(full, names.events, thingDone.type);
    const left = async () => (await alpha.db('outbox_unpublished')).length;
    relay();
    await workOf(alpha.db, async (work) => work.emit(thingDone, thing(1)));
    await until('the first is marked', async () => (await left()) === 0);
    await workOf(alpha.db, async (work) => work.emit(thingDone, thing(2)));
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await left()).toBe(1);
    await channel.deleteQueue(full);
    await until('the second is marked', async () => (await left()) === 0);
  });

  test('a consumer whose queue was deleted finds it again', async () => {
    consume(keep, ignoreOther);
    await channel.deleteQueue(names.queue('beta'));
    // A quorum queue of the same name is refused (with the whole connection) while the old one is still going.
    const declared = () =>
      broker.declare().then(
        () => true,
        () => false,
      );
    await until('the queue is there again', declared);
    await new Promise((resolve) => setTimeout(resolve, 300));
    post([envelope(thingDone, thing(1))]);
    await until('the effect', async () => (await effects()).length === 1);
  });
});

describe('a fact met too early', () => {
  test('is kept, comes again, and acts once its cause is there', async () => {
    let causeIsThere = false;
    const patient = on(thingDone, async (work, { n }) => {
      if (!causeIsThere) return notYet('its cause is not there');
      await work.tx('effects').insert({ n });
      return undefined;
    });
    const event = envelope(thingDone, thing(4));
    expect(await deliver(beta.db, [patient], [event])).toEqual({ [event.id]: 'notYet' });
    expect(await row(event.id)).toMatchObject({ status: 'waiting', attempts: 1 });
    await due();
    await retryDue(inboxOf([patient]));
    expect(await row(event.id)).toMatchObject({ status: 'waiting', attempts: 2 });
    causeIsThere = true;
    await due();
    await retryDue(inboxOf([patient]));
    expect(await row(event.id)).toMatchObject({ status: 'done', body: null });
    expect(await effects()).toEqual([4]);
  });

  test('is never dead, however often it comes', async () => {
    const patient = on(thingDone, async () => notYet('never'));
    const event = envelope(thingDone, thing(4));
    await deliver(beta.db, [patient], [event]);
    for (let turn = 0; turn < 12; turn += 1) {
      await due();
      await retryDue(inboxOf([patient]));
    }
    expect(await row(event.id)).toMatchObject({ status: 'waiting', attempts: 13 });
  });

  test('has not failed by waiting: an error then begins its own ladder, and a wait after an error its own', async () => {
    let outcome: 'early' | 'error' = 'early';
    const moody = on(thingDone, async () => {
      if (outcome === 'error') throw new Error('not today');
      return notYet('its cause is not there');
    });
    const event = envelope(thingDone, thing(4));
    const again = async () => {
      await due();
      await retryDue(inboxOf([moody]));
      const { status, attempts, next_attempt_at: next } = await row(event.id);
      return { status, attempts, seconds: Math.round((next.getTime() - Date.now()) / 1000) };
    };
    await deliver(beta.db, [moody], [event]);
    for (let turn = 0; turn < 9; turn += 1) await again();
    outcome = 'error';
    expect(await again()).toEqual({ status: 'retrying', attempts: 1, seconds: 1 });
    expect(await again()).toEqual({ status: 'retrying', attempts: 2, seconds: 5 });
    outcome = 'early';
    expect(await again()).toEqual({ status: 'waiting', attempts: 1, seconds: 1 });
  });

  test('leaves its neighbours of the batch alone', async () => {
    const evenOnly = onBatch(thingDone, async (work, events) => {
      const ready = events.filter(({ data }) => data.n % 2 === 0);
      await work.tx('effects').insert(ready.map(({ data }) => ({ n: data.n })));
      return events.filter(({ data }) => data.n % 2 === 1);
    });
    await deliver(
      beta.db,
      [evenOnly],
      [1, 2, 3, 4].map((n) => envelope(thingDone, thing(n))),
    );
    expect(await effects()).toEqual([2, 4]);
    expect(await beta.db('inbox').where({ status: 'waiting' })).toHaveLength(2);
  });
});

describe('an event that fails', () => {
  const grumpy = onBatch(thingDone, async (work, events) => {
    await work.tx('effects').insert(events.map(({ data }) => ({ n: data.n })));
    if (events.some(({ data }) => data.n === 13)) throw new Error('thirteen');
  });

  test('takes nobody of its batch with it, and is tried again by the ladder until it is dead', async () => {
    consume(grumpy, ignoreOther);
    const events = [12, 13, 14].map((n) => envelope(thingDone, thing(n)));
    const id = events[1]?.id ?? '';
    post(events);
    await until('the neighbours', async () => (await effects()).length === 2);
    await until('its row', async () => (await row(id))?.status === 'retrying');
    expect(await effects()).toEqual([12, 14]);
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const { next_attempt_at: next } = await row(id);
      waits.push(Math.round((next.getTime() - Date.now()) / 1000));
      await due();
      const { attempts } = await row(id);
      await until('another attempt', async () => (await row(id)).attempts > attempts);
    }
    expect(waits).toEqual([1, 5, 30, 120, 600, 3_600, 21_600, 43_200]);
    expect(await row(id)).toMatchObject({ status: 'dead', attempts: 9, last_error: 'Error: thirteen' });
    expect(await effects()).toEqual([12, 14]);
  });

  test('for a reason no retry can cure is dead at once', async () => {
    const strict = on(thingDone, async () => {
      throw invalid('never-valid', 'It will never be valid.');
    });
    consume(strict, ignoreOther);
    const event = envelope(thingDone, thing(1));
    post([event]);
    await until('its death', async () => (await row(event.id))?.status === 'dead');
  });
});

describe('a message nobody can read', () => {
  test.each<[string, Buffer]>([
    ['broken JSON', Buffer.from('{"specversion":')],
    ['no envelope', Buffer.from('{"hello":"world"}')],
    [
      'a type nobody handles',
      Buffer.from(JSON.stringify({ ...envelope(thingDone, thing(1)), type: 'alpha.unheard.v1' })),
    ],
  ])('%s is parked whole and the queue goes on', async (_what, content) => {
    consume(keep, ignoreOther);
    channel.publish(names.events, thingDone.type, content, { persistent: true });
    post([envelope(thingDone, thing(5))]);
    await until('the next event', async () => (await effects()).length === 1);
    await until('the parked row', async () => (await beta.db('parked')).length === 1);
    const [parked] = await beta.db('parked');
    expect(parked.body.equals(content)).toBe(true);
    expect(parked.reason).not.toBe('');
  });

  test('but an event of it that does not fit its type: it climbs the ladder alone, and its neighbours act', async () => {
    consume(keep, ignoreOther);
    const [good, odd, other] = [1, 2, 3].map((n) => envelope(thingDone, thing(n))) as [
      Envelope,
      Envelope,
      Envelope,
    ];
    const unfit = { ...odd, data: { n: 'x' } };
    const pack = Buffer.from(JSON.stringify([good, unfit, other]));
    channel.publish(names.events, thingDone.type, pack, {
      persistent: true,
      contentType: BATCH_CONTENT_TYPE,
    });
    await until('its neighbours', async () => (await effects()).length === 2);
    expect(await effects()).toEqual([1, 3]);
    expect(await row(odd.id)).toMatchObject({ status: 'retrying', attempts: 1, body: JSON.stringify(unfit) });
    expect(await beta.db('parked')).toEqual([]);
    // As a release that knows it would find it.
    await beta
      .db('inbox')
      .where({ event_id: odd.id })
      .update({ body: JSON.stringify(odd) });
    await due();
    await until('its effect', async () => (await effects()).length === 3);
  });

  test('what died of the delivery limit goes back into the inbox', async () => {
    const event = envelope(thingDone, thing(9));
    channel.publish(names.dead, 'beta', Buffer.from(JSON.stringify(event)), { persistent: true });
    consume(keep, ignoreOther);
    await until('its effect', async () => (await effects()).length === 1);
  });
});

describe('a database away', () => {
  test('is not blamed on the messages: they wait in the queue and act when it is back', async () => {
    consume(keep, ignoreOther);
    await until(
      'a consumer',
      async () => (await channel.checkQueue(names.queue('beta'))).consumerCount === 1,
    );
    const name = new URL(beta.url).pathname.slice(1);
    const admin = alpha.db;
    await admin.raw('alter database ?? allow_connections false', [name]);
    await admin.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = ?', [name]);
    for (let n = 1; n <= 10; n += 1) {
      post([envelope(thingDone, thing(n))]);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await admin.raw('alter database ?? allow_connections true', [name]);
    await until('the effects', async () => (await effects()).length === 10);
    expect(await beta.db('inbox').whereNot({ status: 'done' })).toEqual([]);
  });
});
