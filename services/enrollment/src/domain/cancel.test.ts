import { expect, test } from '@jest/globals';
import { cancelRefusal, type OpenHold, startOf } from './cancel.js';
import type { PurchaseStatus } from './purchase.js';

const now = new Date('2026-11-20T10:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const open = (more: Partial<OpenHold> = {}): OpenHold => ({
  holdId: 'hold',
  sessionId: 'session',
  holdStatus: 'held',
  sessionVersion: 1,
  status: 'scheduled',
  startsAt: later(1),
  startedAt: null,
  ...more,
});

test.each<[string, PurchaseStatus, OpenHold[], string | undefined]>([
  [
    'settlement is asked while something has not started',
    'active',
    [open({ startsAt: now }), open()],
    undefined,
  ],
  [
    'nothing is left once all has started by the clock',
    'active',
    [open({ startsAt: now })],
    'nothing-to-cancel',
  ],
  ['or in the room', 'active', [open({ status: 'live', startedAt: now })], 'nothing-to-cancel'],
  [
    'or waits for an admin',
    'active',
    [open({ holdStatus: 'review', status: 'completed' })],
    'nothing-to-cancel',
  ],
  ['a purchase without an answer cannot be cancelled yet', 'pending', [open()], 'purchase-pending'],
  ...(['declined', 'expired', 'cancelled', 'attended', 'missed', 'refunded', 'completed'] as const).map(
    (status): [string, PurchaseStatus, OpenHold[], string] => [
      `one that is ${status} has ended`,
      status,
      [],
      'purchase-ended',
    ],
  ),
])('%s', (_rule, status, holds, code) => {
  const error = cancelRefusal(status, holds, now);
  expect(error?.code).toBe(code);
  if (status === 'pending') expect(error?.more.retryAfter).toBe(1);
});

test.each<[string, Partial<OpenHold>, Date]>([
  ['its schedule, while it is to come', {}, later(1)],
  ['its schedule, once that has passed', { startsAt: later(-5) }, later(-5)],
  ['its start in the room, when that was earlier', { startedAt: later(-5) }, later(-5)],
  [
    'now at the latest, when the room is live by a clock that runs ahead',
    { status: 'live', startedAt: later(9) },
    now,
  ],
])('the start of a session is %s', (_rule, more, at) => {
  expect(startOf(open(more), now)).toEqual(at);
});
