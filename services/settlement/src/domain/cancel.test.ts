import { expect, test } from '@jest/globals';
import { type Asked, type Cancellable, type Kept, whyKept } from './cancel.js';

const at = (time: string) => new Date(`2026-11-20T${time}:00.000Z`);
const hold = (more: Partial<Cancellable> = {}): Cancellable => ({
  status: 'held',
  sessionVersion: 1,
  startsAt: at('10:00'),
  startedAt: null,
  ...more,
});
const asked = (time: string, more: Partial<Asked> = {}): Asked => ({
  requestedAt: at(time),
  sessionVersion: 1,
  startsAt: at('10:00'),
  ...more,
});

test.each<[string, Partial<Cancellable>, Asked, Kept | undefined]>([
  ['asked in time it is given back', {}, asked('09:59'), undefined],
  ['asked at the start it is kept', {}, asked('10:00'), 'session-started'],
  ['the room may start before its hour', { startedAt: at('09:55') }, asked('09:58'), 'session-started'],
  ['a start after it was asked changes nothing', { startedAt: at('09:59') }, asked('09:58'), undefined],
  ['a class that is over and in doubt is not settled', { status: 'review' }, asked('09:58'), undefined],
  ['in doubt it is kept by who asked too late', { status: 'review' }, asked('10:30'), 'session-started'],
  ['what is settled stays so', { status: 'released' }, asked('09:58'), 'settled'],
  ['what went back for another reason too', { status: 'refunded' }, asked('09:58'), 'settled'],
  ['a split too', { status: 'split' }, asked('09:58'), 'settled'],
  ['a dispute is a person’s to decide', { status: 'disputed' }, asked('09:58'), 'disputed'],
  [
    'a session not heard of here goes by the request',
    { sessionVersion: 0, startsAt: null },
    asked('09:58'),
    undefined,
  ],
  ['and is kept by it', { sessionVersion: 0, startsAt: null }, asked('10:01'), 'session-started'],
  [
    'a later start that only the request knows counts',
    {},
    asked('10:30', { sessionVersion: 2, startsAt: at('11:00') }),
    undefined,
  ],
  [
    'a later start that only is known here counts',
    { sessionVersion: 3, startsAt: at('11:00') },
    asked('10:30', { sessionVersion: 2 }),
    undefined,
  ],
  [
    'an older schedule here does not',
    { sessionVersion: 1, startsAt: at('11:00') },
    asked('10:30', { sessionVersion: 2 }),
    'session-started',
  ],
])('%s', (_rule, more, request, kept) => {
  expect(whyKept(hold(more), request)).toBe(kept);
});
