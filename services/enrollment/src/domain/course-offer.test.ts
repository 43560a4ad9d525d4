import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { courseRefusal, sharesOf, stillToCome } from './course-offer.js';
import type { Offer } from './purchase.js';

const now = new Date('2026-11-20T10:00:00Z');
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const session = (number: number, more: Partial<Offer> = {}): Offer => ({
  id: `session-${number}`,
  number,
  title: `Lesson ${number}`,
  teacherId: 'teacher',
  courseStatus: 'published',
  status: 'scheduled',
  startsAt: inHours(number),
  startedAt: null,
  price: 1000,
  maxStudents: null,
  seatsTaken: 0,
  bought: false,
  ...more,
});
const three = (...prices: number[]) => prices.map((price, index) => session(index + 1, { price }));
const inOrder = (price: number, sessions: readonly Offer[]) =>
  [...sharesOf(price, sessions)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, share]) => share);

describe('the price of a course', () => {
  test.each<[string, number, Offer[], number[]]>([
    ['is shared alike where the sessions cost alike', 10_000, three(1000, 1000, 1000), [3334, 3333, 3333]],
    ['is shared in proportion to their prices', 9_000, three(2000, 1000, 1000), [4500, 2250, 2250]],
    ['is shared alike where they cost nothing', 100, three(0, 0, 0), [34, 33, 33]],
    ['gives nothing to the free ones but a unit left over', 1001, three(0, 500, 500), [1, 500, 500]],
    ['may be nothing', 0, three(1000, 1000), [0, 0]],
    ['may be too small for all of them', 1, three(1000, 1000, 1000), [1, 0, 0]],
    [
      'gives what is left over to the earliest, whatever their numbers',
      100,
      [session(1, { startsAt: inHours(9) }), session(2), session(3)],
      [33, 34, 33],
    ],
    [
      'at one time the lower number is the earlier',
      5,
      [session(2, { startsAt: now }), session(1, { startsAt: now })],
      [3, 2],
    ],
    [
      'leaves cancelled sessions out of the sum',
      100,
      [session(1, { status: 'cancelled' }), session(2), session(3)],
      [50, 50],
    ],
    ['counts those that have started', 90, [session(-1), session(2), session(3)], [30, 30, 30]],
  ])('%s', (_rule, price, sessions, shares) => {
    expect(inOrder(price, sessions)).toEqual(shares);
  });

  const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 });
  const courses = fc.array(
    fc.record({
      price: fc.oneof(amounts, fc.integer({ min: 0, max: 3 })),
      hour: fc.integer({ min: -3, max: 3 }),
      cancelled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );

  test('is shared out exactly, nobody below nothing, in whatever order the sessions are read', () => {
    fc.assert(
      fc.property(amounts, courses, fc.infiniteStream(fc.nat()), (price, drawn, weights) => {
        const sessions = drawn.map(({ price, hour, cancelled }, index) =>
          session(index + 1, {
            price,
            startsAt: inHours(hour),
            status: cancelled ? 'cancelled' : 'scheduled',
          }),
        );
        const shares = sharesOf(price, sessions);
        const counted = sessions.filter(({ status }) => status !== 'cancelled');
        expect([...shares.keys()].sort()).toEqual(counted.map(({ id }) => id).sort());
        const sum = [...shares.values()].reduce((a, b) => a + BigInt(b), 0n);
        expect(sum).toBe(counted.length === 0 ? 0n : BigInt(price));
        for (const share of shares.values()) expect(share).toBeGreaterThanOrEqual(0);

        const whole = counted.reduce((a, one) => a + BigInt(one.price), 0n);
        for (const one of counted) {
          const exact = whole === 0n ? [1n, BigInt(counted.length)] : [BigInt(one.price), whole];
          const down = (BigInt(price) * exact[0]!) / exact[1]!;
          expect([down, down + 1n]).toContain(BigInt(shares.get(one.id)!));
        }
        const shuffled = sessions
          .map((one) => ({ one, at: weights.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(new Map(sharesOf(price, shuffled))).toEqual(shares);
      }),
      { seed: 20_261_120, numRuns: 300 },
    );
  });
});

test('what is to come is what neither started nor was cancelled, the earliest first', () => {
  const sessions = [
    session(4),
    session(1, { startsAt: now }),
    session(2, { startedAt: now }),
    session(3),
    session(5, { status: 'cancelled' }),
    session(6, { status: 'completed' }),
  ];
  expect(stillToCome(sessions, now).map(({ number }) => number)).toEqual([3, 4]);
});

test.each<[string, Partial<Offer>[], string | undefined]>([
  ['a course with sessions to come is sold', [{}, {}], undefined],
  ['one with nothing left is not', [], 'nothing-left'],
  ['nobody buys a session of it twice', [{}, { bought: true }], 'already-bought'],
  [
    'a session that is full keeps the whole course from being sold',
    [{}, { maxStudents: 1, seatsTaken: 1 }],
    'sold-out',
  ],
  [
    'who has the last seat hears that it is his',
    [{ bought: true, maxStudents: 1, seatsTaken: 1 }],
    'already-bought',
  ],
])('%s', (_rule, sessions, code) => {
  const toCome = sessions.map((more, index) => session(index + 1, more));
  const course = { teacherId: 'teacher', courseStatus: 'published' } as const;
  expect(courseRefusal(course, toCome, 'student')?.code).toBe(code);
  expect(courseRefusal(course, toCome, 'teacher')?.code).toBe('own-course');
  expect(courseRefusal({ ...course, courseStatus: 'archived' }, toCome, 'student')?.code).toBe('not-on-sale');
});

test('a refusal names each session that stands in the way', () => {
  const toCome = [session(1, { bought: true }), session(2), session(3, { bought: true })];
  const course = { teacherId: 'teacher', courseStatus: 'published' } as const;
  const error = courseRefusal(course, toCome, 'student');
  expect(error?.detail).toContain('session 1, Lesson 1; session 3, Lesson 3');
  expect(error?.more.members).toEqual({ sessionIds: ['session-1', 'session-3'] });
});
