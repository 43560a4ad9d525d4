import { expect, test } from '@jest/globals';
import type { ConsumeMessage } from 'amqplib';
import { lingering, onBatch } from '../src/consumer.js';
import { createWaitingRoom } from '../src/waiting-room.js';
import { otherDone, thingDone } from './things.js';

const message = (routingKey: string) => ({ fields: { routingKey } }) as unknown as ConsumeMessage;
const consumers = [
  lingering(
    40,
    onBatch(thingDone, async () => {}),
  ),
  onBatch(otherDone, async () => {}),
];
const ack = () => {};

function roomWith(next: (key: string) => Promise<void> = async () => {}) {
  const seen: string[] = [];
  const room = createWaitingRoom(consumers, ({ fields: { routingKey } }) => {
    seen.push(routingKey);
    return next(routingKey);
  });
  return { room, seen };
}

test('what nobody waits for is taken in hand later, all of it in one go; everything else at once', async () => {
  const { room, seen } = roomWith();
  const first = room.take(message(thingDone.type), ack);
  const second = room.take(message(thingDone.type), ack);
  const other = room.take(message(otherDone.type), ack);
  expect(seen).toEqual([otherDone.type]);
  await first;
  expect(seen).toEqual([otherDone.type, thingDone.type, thingDone.type]);
  await Promise.all([second, other]);
});

test('a failure of what waited is told to who gave it', async () => {
  const { room } = roomWith(async () => {
    throw new Error('the database is away');
  });
  await expect(room.take(message(thingDone.type), ack)).rejects.toThrow('the database is away');
});

test('what was forgotten is not taken in hand', async () => {
  const { room, seen } = roomWith();
  void room.take(message(thingDone.type), ack);
  room.clear();
  await room.take(message(thingDone.type), ack);
  expect(seen).toEqual([thingDone.type]);
});
