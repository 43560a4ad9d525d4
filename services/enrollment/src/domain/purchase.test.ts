import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  completionPercentage,
  type Decision,
  declineDetail,
  endHold,
  freesSeat,
  type Hold,
  type Offer,
  type PurchaseStatus,
  type Reason,
  refusal,
  statusAfter,
} from './purchase.js';

const now = new Date('2026-11-20T10:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const offer = (more: Partial<Offer> = {}): Offer => ({
  id: 'session-1',
  number: 1,
  title: 'Verbs',
  teacherId: 'teacher',
  courseStatus: 'published',
  status: 'scheduled',
  startsAt: later(60_000),
  startedAt: null,
  price: 1000,
  maxStudents: null,
  seatsTaken: 0,
  bought: false,
  ...more,
});

test.each<[string, Partial<Offer>, string | undefined]>([
  ['a session to come is sold', {}, undefined],
  ['one millisecond before its start it is still sold', { startsAt: later(1) }, undefined],
  ['at its start it is sold no more', { startsAt: now }, 'session-started'],
  [
    'once teacher and student met it is sold no more, even before its time',
    { startedAt: now },
    'session-started',
  ],
  ['a live session is not sold', { status: 'live' }, 'session-started'],
  ['a completed session is not sold', { status: 'completed' }, 'session-started'],
  ['a cancelled session is not sold', { status: 'cancelled' }, 'session-cancelled'],
  ['the last seat is sold', { maxStudents: 3, seatsTaken: 2 }, undefined],
  ['a seat too many is not', { maxStudents: 3, seatsTaken: 3 }, 'sold-out'],
  ['nobody buys the same session twice', { bought: true }, 'already-bought'],
  [
    'who has bought the last seat hears that it is his',
    { bought: true, maxStudents: 1, seatsTaken: 1 },
    'already-bought',
  ],
  ['a teacher does not buy from himself', { teacherId: 'student' }, 'own-course'],
  ['an archived course is not sold', { courseStatus: 'archived' }, 'not-on-sale'],
  ['a draft is not sold', { courseStatus: 'draft' }, 'not-on-sale'],
])('%s', (_rule, more, code) => {
  expect(refusal(offer(more), 'student', now)?.code).toBe(code);
});

test('the refusal of a second purchase names the session', () => {
  const error = refusal(offer({ bought: true }), 'student', now);
  expect(error?.detail).toContain('session 1, Verbs');
  expect(error?.more.members).toEqual({ sessionIds: ['session-1'] });
});

const held: Hold = { id: 'hold', status: 'held', reason: null, attended: false, decisionVersion: 0 };
const decided = (outcome: Decision['outcome'], reason: Reason, more: Partial<Decision> = {}): Decision => ({
  holdId: 'hold',
  version: 1,
  outcome,
  reason,
  refund: outcome === 'refunded' ? 1000 : 0,
  seconds: null,
  ...more,
});

describe('a purchase of a session after the decision about its hold', () => {
  test.each<[string, Decision, PurchaseStatus, Hold['status']]>([
    ['present: attended', decided('released', 'attended'), 'attended', 'released'],
    [
      'absent: missed, though the money came back',
      decided('refunded', 'below-threshold'),
      'missed',
      'refunded',
    ],
    ['the teacher stayed away: refunded', decided('refunded', 'teacher-no-show'), 'refunded', 'refunded'],
    ['the session was cancelled: refunded', decided('refunded', 'session-cancelled'), 'refunded', 'refunded'],
    ['the student cancelled: cancelled', decided('refunded', 'cancelled'), 'cancelled', 'refunded'],
    [
      'an admin gave it all back: refunded',
      decided('refunded', 'admin', { seconds: 3600 }),
      'refunded',
      'refunded',
    ],
    [
      'an admin paid for a student who was seen: attended',
      decided('released', 'admin', { seconds: 60 }),
      'attended',
      'released',
    ],
    ['an admin paid for a student nobody saw: missed', decided('released', 'admin'), 'missed', 'released'],
    [
      'a part given back is a split',
      decided('released', 'admin', { refund: 500, seconds: 1 }),
      'attended',
      'split',
    ],
  ])('%s', (_rule, decision, status, holdStatus) => {
    const hold = endHold(held, decision);
    expect([statusAfter('session', [hold]), hold.status]).toEqual([status, holdStatus]);
  });

  test('a hold ends once: another decision of the same version changes nothing', () => {
    const ended = endHold(held, decided('released', 'attended'));
    expect(endHold(ended, decided('refunded', 'admin'))).toBe(ended);
  });

  test.each<[string, Decision, Decision, PurchaseStatus]>([
    [
      'who was there after all: attended',
      decided('refunded', 'below-threshold'),
      decided('released', 'attended'),
      'attended',
    ],
    [
      'who was not there after all: missed',
      decided('released', 'attended'),
      decided('refunded', 'below-threshold'),
      'missed',
    ],
    [
      'whose teacher was not there after all: refunded',
      decided('released', 'attended'),
      decided('refunded', 'teacher-no-show'),
      'refunded',
    ],
  ])('a correction says %s', (_rule, first, correction, status) => {
    const ended = endHold(held, first);
    const corrected = endHold(ended, { ...correction, version: 2 });
    expect(statusAfter('session', [corrected])).toBe(status);
    expect(endHold(corrected, first)).toBe(corrected);
  });

  test('a hold that waits for a person keeps the purchase active', () => {
    expect(statusAfter('session', [{ ...held, status: 'review' }])).toBe('active');
  });
});

describe('a purchase of a course', () => {
  const ended = (reason: Reason) =>
    endHold(held, decided(reason === 'attended' ? 'released' : 'refunded', reason));

  test('stays active until its last hold has ended', () => {
    expect(statusAfter('course', [ended('attended'), held])).toBe('active');
  });
  test('is completed when all have, also where a part was cancelled', () => {
    expect(statusAfter('course', [ended('attended'), ended('cancelled')])).toBe('completed');
  });
  test.each<[PurchaseStatus, string, Reason[]]>([
    ['cancelled', 'the student gave up all of it', ['cancelled', 'cancelled']],
    ['cancelled', 'he gave up what the teacher had not cancelled', ['cancelled', 'session-cancelled']],
    ['refunded', 'the teacher cancelled all of it', ['session-cancelled', 'session-cancelled']],
    ['refunded', 'all of it came back and a class took place', ['cancelled', 'teacher-no-show']],
    ['completed', 'he stayed away from what he kept', ['cancelled', 'below-threshold']],
  ])('is %s when %s', (status, _why, reasons) => {
    expect(statusAfter('course', reasons.map(ended))).toBe(status);
  });
  test('shows attended over ended sessions', () => {
    const holds = [ended('attended'), ended('below-threshold'), ended('attended'), held];
    expect(completionPercentage('course', holds)).toBe(66);
    expect(completionPercentage('session', holds)).toBeNull();
    expect(completionPercentage('course', [held])).toBe(0);
  });
});

test.each<[string, Decision, boolean]>([
  ['a student who cancelled leaves the seat', decided('refunded', 'cancelled'), true],
  ['a cancelled session has no seats', decided('refunded', 'session-cancelled'), true],
  ['a refund by an admin before class takes the place back', decided('refunded', 'admin'), true],
  ['whom an admin refunds after class had a seat', decided('refunded', 'admin', { seconds: 0 }), false],
  ['who missed the class had a seat', decided('refunded', 'below-threshold'), false],
  ['whose teacher stayed away had a seat', decided('refunded', 'teacher-no-show'), false],
  ['who attended had a seat', decided('released', 'attended'), false],
])('%s', (_rule, decision, frees) => {
  expect(freesSeat(decision)).toBe(frees);
});

test('in whatever order and however often decisions come, each hold keeps the newest and the purchase one state', () => {
  const reasons: Reason[] = [
    'attended',
    'below-threshold',
    'teacher-no-show',
    'session-cancelled',
    'cancelled',
    'admin',
  ];
  const decisions = fc.array(
    fc.record({
      holdId: fc.constant('hold'),
      version: fc.integer({ min: 1, max: 4 }),
      outcome: fc.constantFrom<'released' | 'refunded'>('released', 'refunded'),
      refund: fc.integer({ min: 0, max: 1000 }),
      reason: fc.constantFrom(...reasons),
      seconds: fc.option(fc.integer({ min: 0, max: 3600 })),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(decisions, (told) => {
      const newest = Math.max(...told.map(({ version }) => version));
      const first = told.find(({ version }) => version === newest);
      const often = [...told, ...told].reduce<Hold>(endHold, held);
      expect(often).toEqual(endHold(held, first!));
      expect(['attended', 'missed', 'refunded', 'cancelled']).toContain(statusAfter('session', [often]));
    }),
    { seed: 20261120, numRuns: 200 },
  );
});

test('a decline says what is missing, that nothing was taken, and what to do', () => {
  const usd = (amount: number) => ({ amount, currency: 'USD' });
  const detail = declineDetail('insufficient-credit', usd(1000), usd(250));
  expect(detail).toMatch(/\$10\.00.*\$2\.50 short.*Nothing was taken.*Add credits/);
  for (const reason of ['insufficient-credit', 'expired', 'wallet-unknown', 'lesson-declined'])
    expect(declineDetail(reason, usd(1000), null)).toMatch(/othing was taken/);
});
