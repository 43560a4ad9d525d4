/** protojson may be written in several ways; each recorded body is read alike in all of them. */
import { describe, expect, test } from '@jest/globals';
import { readDelivery } from '../src/domain/delivery.js';
import { withoutSecrets } from '../src/use-cases/receive-webhook.js';
import { fixtures } from './support.js';

const NOW = Date.parse('2026-11-20T10:00:00Z');

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

/** Free text and maps of the application's own, whose keys are no field names. */
const OPAQUE = ['attributes', 'metadata'];

function rewritten(value: Json, key: (name: string) => string, leaf: (value: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((one) => rewritten(one, key, leaf));
  if (value === null || typeof value !== 'object') return leaf(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      key(name),
      OPAQUE.includes(name) ? inner : rewritten(inner, key, leaf),
    ]),
  );
}

const same = <Value>(value: Value): Value => value;
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** 64-bit integers as numbers, but for nanoseconds, which a double cannot hold. */
const asNumber = (value: Json): Json =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
const asString = (value: Json): Json => (typeof value === 'number' ? String(value) : value);

const ways: [string, (body: Json) => Json][] = [
  ['snake_case', (body) => rewritten(body, snake, same)],
  ['64-bit integers as numbers', (body) => rewritten(body, same, asNumber)],
  ['snake_case and numbers', (body) => rewritten(body, snake, asNumber)],
  ['every number as a string', (body) => rewritten(body, same, asString)],
];

describe.each(ways)('written in %s', (_way, write) => {
  test.each(fixtures.map(({ n, event, note, body }) => [`${n} ${event}: ${note}`, event, body] as const))(
    'says the same: %s',
    (_name, event, body) => {
      const text = JSON.stringify(write(JSON.parse(body)));
      const plain = readDelivery(body, NOW);
      expect(readDelivery(text, NOW)).toEqual(plain);
      expect(plain).toMatchObject({ event, quarantine: null, roomName: 'session-7f3c' });
      expect(plain.eventId).toMatch(/^EV_/);
      expect(plain.createdAt).not.toBeNull();
      expect(withoutSecrets(Buffer.from(text)).toString()).not.toMatch(/turn_?[pP]assword":"[^"]/);
    },
  );
});

describe('the recorded bodies have', () => {
  const facts = (n: number) => readDelivery(fixtures.find((one) => one.n === n)!.body, NOW);

  test('each its number, from 1 to 43', () => {
    expect(fixtures.map(({ n }) => n)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  });

  test('in joined and left of one sid the same joinedAt, in milliseconds', () => {
    const byParticipant = new Map<string, Set<number>>();
    for (const { body } of fixtures) {
      const { participantSid, joinedAtMs } = readDelivery(body, NOW);
      if (participantSid === null || joinedAtMs === null) continue;
      byParticipant.set(participantSid, (byParticipant.get(participantSid) ?? new Set()).add(joinedAtMs));
    }
    expect(byParticipant.size).toBeGreaterThan(3);
    for (const times of byParticipant.values()) expect(times.size).toBe(1);
  });

  test('a leave without a reason, and one because a second device joined', () => {
    expect(facts(16)).toMatchObject({ event: 'participant_left', disconnectReason: null });
    expect(facts(15)).toMatchObject({ event: 'participant_left', disconnectReason: 'DUPLICATE_IDENTITY' });
  });

  test('tracks with a participant of sid and identity alone', () => {
    expect(facts(21)).toMatchObject({
      event: 'track_published',
      participantSid: 'PA_Vh8sJm3KpXaQ',
      identity: 'student:845',
      joinedAtMs: null,
      kind: null,
    });
  });

  test('rooms without a sid, and an event name that the SDK does not know', () => {
    expect(facts(40)).toMatchObject({ roomName: 'session-7f3c', roomSid: null });
    expect(facts(43)).toMatchObject({ event: 'agent_job_started', quarantine: null });
  });
});

test('a room named only inside an egress or ingress is known all the same', () => {
  for (const part of ['egressInfo', 'ingress_info']) {
    const name = part === 'egressInfo' ? 'roomName' : 'room_name';
    const body = { event: 'egress_started', id: 'EV_1', [part]: { [name]: 'session-7f3c' } };
    expect(readDelivery(JSON.stringify(body), NOW)).toMatchObject({ roomName: 'session-7f3c' });
  }
});
