import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  changesOf,
  checkCancel,
  checkChanges,
  checkLimit,
  checkNewCurrency,
  checkNumber,
  checkRoomForOne,
  type EditedSession,
  type Terms,
} from './editing.js';

const now = new Date('2026-11-20T10:00:00Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const usd = (amount: number) => ({ amount, currency: 'USD' });
const session = (more: Partial<EditedSession> = {}): EditedSession => ({
  number: 1,
  title: 'Verbs',
  startsAt: minutes(60),
  durationMinutes: 60,
  price: usd(1000),
  status: 'scheduled',
  startedAt: null,
  announced: true,
  ...more,
});
const codeOf = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'fine';
};

const toCome = session();
const sold = { hasSeat: true, now };
const unsold = { hasSeat: false, now };
const passed = session({ startsAt: minutes(0) });
const met = session({ startedAt: minutes(-1) });
const gone = session({ status: 'cancelled' });
const draft = session({ startsAt: minutes(-60), announced: false });

test.each<[string, EditedSession, Partial<Terms>, { hasSeat: boolean; now: Date }, string]>([
  ['what nobody bought may change in everything', toCome, { number: 2, price: usd(1) }, unsold, 'fine'],
  ['a sale freezes the price', toCome, { price: usd(1) }, sold, 'session-sold'],
  ['a sale freezes the length', toCome, { durationMinutes: 30 }, sold, 'session-sold'],
  ['a sale freezes the number', toCome, { number: 2 }, sold, 'session-sold'],
  ['what is sold may be moved and renamed', toCome, { startsAt: minutes(90), title: 'Nouns' }, sold, 'fine'],
  ['into the past nothing is moved', toCome, { startsAt: minutes(0) }, unsold, 'start-in-the-past'],
  [
    "a price is in the course's currency",
    toCome,
    { price: { amount: 1, currency: 'EUR' } },
    unsold,
    'another-currency',
  ],
  ['once its start has passed it is not moved', passed, { startsAt: minutes(90) }, unsold, 'session-started'],
  ['once teacher and student met it is not moved', met, { startsAt: minutes(90) }, unsold, 'session-started'],
  ['the name of what has started may be mended', met, { title: 'Nouns' }, sold, 'fine'],
  ["a draft's start has passed for nobody", draft, { startsAt: minutes(90) }, unsold, 'fine'],
  ['what was cancelled stays as it was', gone, { title: 'Nouns' }, unsold, 'session-cancelled'],
  ['changing nothing breaks no rule', gone, {}, sold, 'fine'],
])('%s', (_rule, one, changes, facts, expected) => {
  expect(codeOf(() => checkChanges(one, changes, facts))).toBe(expected);
});

test.each<[string, EditedSession, string]>([
  ['a session to come may be cancelled', toCome, 'fine'],
  ['one whose start has passed may not', passed, 'session-started'],
  ['nor one in which teacher and student met', met, 'session-started'],
  ['nor one that is live', session({ status: 'live' }), 'session-started'],
  ['nor one that is over', session({ status: 'completed' }), 'session-started'],
])('%s', (_rule, one, expected) => {
  expect(codeOf(() => checkCancel(one, now))).toBe(expected);
});

describe('a form that sends everything back', () => {
  const terms = fc.record({
    number: fc.integer({ min: 1, max: 1000 }),
    title: fc.string({ minLength: 1 }),
    startsAt: fc.date({ noInvalidDate: true }),
    durationMinutes: fc.integer({ min: 5, max: 720 }),
    price: fc.record({ amount: fc.nat(), currency: fc.constantFrom('USD', 'EUR') }),
  });

  test('changes nothing', () => {
    fc.assert(
      fc.property(terms, (one) => {
        const copy = { ...one, startsAt: new Date(one.startsAt), price: { ...one.price } };
        expect(changesOf(one, copy)).toEqual({});
      }),
    );
  });

  test('changes what differs and nothing else', () => {
    fc.assert(
      fc.property(terms, terms, (one, other) => {
        expect({ ...one, ...changesOf(one, other) }).toEqual(other);
        expect(changesOf(other, { ...other, ...changesOf(one, {}) })).toEqual({});
      }),
    );
  });
});

test.each<[string, () => void, string]>([
  ['a limit may be the seats taken', () => checkLimit(3, 3), 'fine'],
  ['a limit is not under the seats taken', () => checkLimit(2, 3), 'seats-taken'],
  ['no limit is under nothing', () => checkLimit(null, 3), 'fine'],
  [
    'a draft takes another currency',
    () => checkNewCurrency('EUR', { currency: 'USD', announced: false }),
    'fine',
  ],
  [
    'what was on sale keeps its own',
    () => checkNewCurrency('EUR', { currency: 'USD', announced: true }),
    'course-announced',
  ],
  ['a free number is taken', () => checkNumber(2, [1, 3]), 'fine'],
  ['a number is given once', () => checkNumber(3, [1, 3]), 'number-taken'],
  ['a course takes 200 sessions', () => checkRoomForOne('published', 199), 'fine'],
  ['and no more', () => checkRoomForOne('draft', 200), 'too-many-sessions'],
  ['what is archived takes none', () => checkRoomForOne('archived', 1), 'course-archived'],
])('%s', (_rule, act, expected) => {
  expect(codeOf(act)).toBe(expected);
});

test('whoever asks for a number that is taken is told the lowest free one', () => {
  expect(() => checkNumber(1, [1, 2, 4, 1000])).toThrow(/Take 3\./);
});
