import { expect, test } from '@jest/globals';
import { type Disputable, type Refusal, whyUndisputable } from './dispute.js';

const at = (time: string) => new Date(`2026-11-20T${time}Z`);
const held: Disputable = {
  ...{ status: 'held', cancelled: false, completed: false, startsAt: at('10:00:00'), startedAt: null },
  ...{ decidedAt: null, reason: null, hasOpenDispute: false, isResolved: false },
};
const released: Disputable = {
  ...{ ...held, status: 'released', completed: true, decidedAt: at('11:00:00'), reason: 'attended' },
};
const byHand: Disputable = { ...held, status: 'released', decidedAt: at('09:00:00'), reason: 'admin' };

test.each<[rule: string, hold: Disputable, now: string, Refusal | undefined]>([
  ['before its class begins a hold has no outcome', held, '09:59:59.999', 'session-not-started'],
  ['from its start on it may be disputed', held, '10:00:00', undefined],
  ['a class that began early has begun', { ...held, startedAt: at('09:00:00') }, '09:30:00', undefined],
  ['one that is over is, whenever it was planned', { ...held, completed: true }, '09:00:00', undefined],
  [
    'one nobody has a schedule of has not begun',
    { ...held, startsAt: null },
    '12:00:00',
    'session-not-started',
  ],
  ['what goes back by itself is not disputed', { ...held, cancelled: true }, '12:00:00', 'session-cancelled'],
  ['in review it may be disputed', { ...held, status: 'review', completed: true }, '12:00:00', undefined],
  ['an ended one may be, to the last moment of the window', released, '13:00:00', undefined],
  ['and not after it', released, '13:00:00.001', 'dispute-window-closed'],
  ['nor when it was cancelled', { ...released, reason: 'cancelled' }, '12:00:00', 'session-cancelled'],
  ['by whomever', { ...released, reason: 'session-cancelled' }, '12:00:00', 'session-cancelled'],
  ['one ended by hand before its class has no outcome either', byHand, '09:30:00', 'session-not-started'],
  ['and may be disputed once that begins', byHand, '10:00:00', undefined],
  ['or is cancelled after that', { ...byHand, cancelled: true }, '09:30:00', undefined],
  ['one dispute at a time', { ...released, hasOpenDispute: true }, '12:00:00', 'already-disputed'],
  ['what an admin has made of one stands', { ...released, isResolved: true }, '12:00:00', 'dispute-resolved'],
])('%s', (_rule, hold, now, refusal) => {
  expect(whyUndisputable(hold, { now: at(now), windowHours: 2 })).toBe(refusal);
});
