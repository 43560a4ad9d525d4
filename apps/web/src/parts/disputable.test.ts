import { expect, test } from '@jest/globals';
import type { Hold } from '@rollcall/contracts/api/settlement';
import { disputableUntil } from './disputable.js';

type Asked = Parameters<typeof disputableUntil>[0];
const decidedAt = '2026-11-20T11:00:00.000Z';
const because = (reason: string, attendance: object | null = null) =>
  ({ reason, attendance }) as NonNullable<Hold['decision']>;
const released: Asked = { status: 'released', decidedAt, decision: because('attended'), dispute: null };
const dispute = (status: 'open' | 'resolved', resolvedAt: string | null): Hold['dispute'] => ({
  ...{ id: '0193a000-0000-7000-8000-000000000001', status, openedBy: 'student', notes: null },
  ...{ createdAt: decidedAt, resolvedAt },
});

test.each<[rule: string, hold: Asked, until: number | undefined]>([
  ['an ended hold, so long after its decision', released, Date.parse('2026-11-20T13:00:00.000Z')],
  [
    'one in review, as long as it is',
    { ...released, status: 'review', decidedAt: null },
    Number.POSITIVE_INFINITY,
  ],
  [
    'not one that nobody has judged',
    { ...released, status: 'held', decidedAt: null, decision: null },
    undefined,
  ],
  ['not what was cancelled', { ...released, decision: because('cancelled') }, undefined],
  ['not what is disputed already', { ...released, dispute: dispute('open', null) }, undefined],
  [
    'not what an admin has made of a dispute',
    { ...released, dispute: dispute('resolved', decidedAt) },
    undefined,
  ],
  [
    'but what was corrected after that',
    { ...released, dispute: dispute('resolved', '2026-11-20T10:59:59.000Z') },
    Date.parse('2026-11-20T13:00:00.000Z'),
  ],
])('%s', (_rule, hold, until) => {
  const session = { status: 'completed', startsAt: '2026-11-20T10:00:00.000Z' } as const;
  expect(disputableUntil(hold, { session, windowHours: 2, now: Date.parse(decidedAt) })).toBe(until);
});

test('an outcome by attendance is one of a class that took place, whatever is known of its session yet', () => {
  const hold = { ...released, decision: because('attended', {}) };
  const session = { status: 'scheduled', startsAt: '2026-11-21T10:00:00.000Z' } as const;
  const until = disputableUntil(hold, { session, windowHours: 2, now: Date.parse(decidedAt) });
  expect(until).toBe(Date.parse('2026-11-20T13:00:00.000Z'));
});

test.each([
  ['not yet, before its class begins', 'scheduled', '2026-11-20T09:59:59.999Z', false],
  ['from then on', 'scheduled', '2026-11-20T10:00:00.000Z', true],
  ['at once when the class began early', 'live', '2026-11-20T09:30:00.000Z', true],
  ['or was cancelled after that', 'cancelled', '2026-11-20T09:30:00.000Z', true],
] as const)('one an admin has ended beforehand: %s', (_rule, status, now, isDisputable) => {
  const hold = { ...released, decidedAt: '2026-11-20T09:00:00.000Z', decision: because('admin') };
  const session = { status, startsAt: '2026-11-20T10:00:00.000Z' };
  const until = disputableUntil(hold, { session, windowHours: 2, now: Date.parse(now) });
  expect(until).toBe(isDisputable ? Date.parse('2026-11-20T11:00:00.000Z') : undefined);
});
