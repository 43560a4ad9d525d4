import { expect, test } from '@jest/globals';
import type { Webhook } from '@rollcall/contracts/class-webhooks';
import { deliveriesOf } from './deliveries.js';
import { readScenario, type ScenarioFile } from './scenario.js';

const lesson = {
  roomName: 'course_c_session_1',
  startsAt: new Date('2026-11-20T10:00:00.750Z'),
  durationMinutes: 60,
};
const START = Date.parse('2026-11-20T10:00:00.000Z') / 1_000;

const webhook = (id: string, more: Partial<Webhook> = {}): Webhook => ({
  event: 'participant_left',
  role: 'student',
  at: 0,
  told: 'told',
  body: JSON.stringify({ event: 'participant_left', id, createdAt: '1' }),
  ...more,
});

function deliver(webhooks: Webhook[], file: ScenarioFile) {
  let last = 0;
  const chance = { newSid: (prefix: string) => `${prefix}_${++last}`, random: () => -++last };
  return deliveriesOf(webhooks, readScenario(file, 'mine'), lesson, chance);
}

const told = (deliveries: readonly { body: string }[]) =>
  deliveries.map(({ body }) => {
    const { id, createdAt } = JSON.parse(body) as { id: string; createdAt: string };
    return [id, createdAt];
  });

test('what is told late is kept until the class is settled', () => {
  const { inTime, late } = deliver([webhook('A', { told: 'late' }), webhook('B')], {});
  expect([told(inTime), told(late)]).toEqual([[['B', '1']], [['A', '1']]]);
});

test('often, backwards and in an order of chance each webhook is still delivered', () => {
  const both = [webhook('A'), webhook('B')];
  const ids = (file: ScenarioFile) => told(deliver(both, file).inTime).map(([id]) => id);
  expect(ids({ deliveries: 2 })).toEqual(['A', 'A', 'B', 'B']);
  expect(ids({ order: 'reversed' })).toEqual(['B', 'A']);
  expect(ids({ order: 'shuffled', deliveries: 2 })).toEqual(['B', 'B', 'A', 'A']);
});

test("a copy is of the students' webhooks of its kind alone", () => {
  const others = [
    webhook('A', { role: 'teacher' }),
    webhook('B', { event: 'room_finished', role: undefined }),
  ];
  const copies = [{ of: 'participant_left' as const }];
  expect(told(deliver(others, { copies }).inTime)).toHaveLength(2);
  expect(told(deliver([webhook('C')], { copies }).inTime)).toEqual([
    ['C', '1'],
    ['EV_1', '1'],
  ]);
});

test('a copy can tell another time, in the wrong unit, under the same id, in place of the original', () => {
  const copy = { of: 'participant_left', at: '50%', nanoseconds: true, sameId: true } as const;
  expect(told(deliver([webhook('A')], { copies: [{ ...copy, sent: 'instead' }] }).inTime)).toEqual([
    ['A', `${START + 1_800}000000000`],
  ]);
});

test('a copy can come when all is settled', () => {
  const { inTime, late } = deliver([webhook('A')], {
    copies: [{ of: 'participant_left', sent: 'late', at: '5%' }],
  });
  expect([told(inTime), told(late)]).toEqual([[['A', '1']], [['EV_1', `${START + 180}`]]]);
});

test('a forged copy bears the signature of the original over other bytes, be its facts the same', () => {
  const original = webhook('A');
  const [, forged] = deliver([original], {
    copies: [{ of: 'participant_left', sameId: true, forged: true }],
  }).inTime;
  expect(forged?.forgedFrom).toBe(original.body);
  expect(forged?.body).not.toBe(original.body);
  expect(JSON.parse(forged?.body ?? '')).toEqual(JSON.parse(original.body));
});
