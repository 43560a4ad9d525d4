import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Asked,
  type Lesson,
  type Quota,
  quotaOf,
  remainingOf,
  reserve,
  type Shelf,
  settle,
  type Terms,
  whyDeclined,
} from './lesson.js';

const month = (n: number) => new Date(Date.UTC(2026, n, 1));
const quota = (n: number, more: Partial<Quota> = {}): Quota => ({
  ...{ subscriptionId: 'sub', startsAt: month(n), endsAt: month(n + 1), period: month(0) },
  ...{ lessons: 3, added: 0, reserved: 0, used: 0 },
  ...more,
});
const terms: Terms = {
  ...{ id: 'sub', status: 'active', lessonsPerMonth: 3, maxLessonPrice: 1000, currency: 'USD' },
  cancelAtPeriodEnd: false,
};
const asked: Asked = { currency: 'USD', amounts: [1000] };

test.each<[string, Partial<Asked>, Terms | undefined, Quota | undefined, string | undefined]>([
  ['a lesson is to be had while one is left', {}, terms, quota(0, { used: 1, reserved: 1 }), undefined],
  ['a trial has lessons too', {}, { ...terms, status: 'trialing' }, quota(0), undefined],
  ['what came back from another month counts', {}, terms, quota(0, { used: 3, added: 1 }), undefined],
  ['with none left', {}, terms, quota(0, { used: 2, reserved: 1 }), 'quota-used-up'],
  ['all of a purchase or nothing', { amounts: [1, 1] }, terms, quota(0, { used: 2 }), 'quota-used-up'],
  ['without a subscription', {}, undefined, undefined, 'no-subscription'],
  ['before it is begun', {}, { ...terms, status: 'pending' }, undefined, 'no-subscription'],
  ['when it is over', {}, { ...terms, status: 'cancelled' }, quota(0), 'no-subscription'],
  ['past due', {}, { ...terms, status: 'past_due' }, quota(0), 'subscription-past-due'],
  ['between two periods', {}, terms, undefined, 'subscription-past-due'],
  ['behind the last period', {}, { ...terms, cancelAtPeriodEnd: true }, undefined, 'no-subscription'],
  ['one of them too dear', { amounts: [1, 1001] }, terms, quota(0), 'lesson-too-dear'],
  ['in another currency', { currency: 'EUR' }, terms, quota(0), 'other-currency'],
])('%s', (_rule, more, subscription, of, reason) => {
  expect(whyDeclined({ ...asked, ...more }, subscription, of)).toBe(reason);
});

const step = fc.oneof(
  fc.record({ do: fc.constant('book' as const), lessons: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constant('settle' as const),
    which: fc.nat(),
    status: fc.constantFrom('used' as const, 'returned' as const),
    version: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({ do: fc.constant('wait' as const), gap: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays a subscription's months; in a gap no month is paid for, and the next one takes what came back meanwhile. */
function play(steps: readonly Step[]) {
  let n = 0;
  let shelf: Shelf = { quotas: new Map([[month(0).getTime(), quota(0)]]), current: month(0) };
  const lessons: Lesson[] = [];
  const begin = () => {
    const homeless = lessons.filter(({ status, returnedTo }) => status === 'returned' && returnedTo === null);
    for (const one of homeless) lessons[lessons.indexOf(one)] = { ...one, returnedTo: month(n) };
    shelf.quotas.set(month(n).getTime(), quota(n, { added: homeless.length }));
    shelf = { ...shelf, current: month(n) };
  };
  for (const one of steps) {
    if (one.do === 'wait') {
      n += 1;
      if (one.gap) shelf = { ...shelf, current: null };
      else begin();
    } else if (one.do === 'book') {
      const { current } = shelf;
      if (current === null || remainingOf(quotaOf(shelf, current)) < one.lessons) continue;
      reserve(shelf, current, one.lessons);
      for (let i = 0; i < one.lessons; i += 1)
        lessons.push({
          ...{ holdId: `h-${lessons.length}`, subscriptionId: 'sub', month: current, status: 'reserved' },
          ...{ returnedTo: null, decisionVersion: 0 },
        });
    } else if (lessons.length > 0) {
      const at = one.which % lessons.length;
      const status = one.version === 0 ? 'returned' : one.status; // what the wallet declines comes back
      lessons[at] = settle(
        shelf,
        lessons[at]!,
        { status, version: one.version },
        new Date(month(n).getTime() + 1),
      );
    }
  }
  return { shelf, lessons };
}

const anyHistory = (check: (played: ReturnType<typeof play>) => void) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => check(play(steps))),
    { numRuns: 1000 },
  );

test('whatever happens, each month counts the lessons there are, and none is overdrawn', () =>
  anyHistory(({ shelf, lessons }) => {
    for (const { startsAt, reserved, used, added, lessons: allowed } of shelf.quotas.values()) {
      const isIt = (date: Date | null) => date?.getTime() === startsAt.getTime();
      const own = lessons.filter((lesson) => isIt(lesson.month));
      expect(reserved).toBe(own.filter(({ status }) => status === 'reserved').length);
      expect(used).toBe(own.filter(({ status }) => status === 'used').length);
      expect(added).toBe(lessons.filter((lesson) => isIt(lesson.returnedTo) && !isIt(lesson.month)).length);
      expect(reserved + used).toBeLessThanOrEqual(allowed + added);
    }
  }));

test('a lesson is with one month at most: what is used or reserved is not also back', () =>
  anyHistory(({ lessons }) => {
    for (const { status, returnedTo } of lessons)
      if (status === 'reserved' || status === 'used') expect(returnedTo).toBeNull();
  }));

test('in whatever order decisions are heard, and however often, the newest one stands', () => {
  const decision = fc.record({
    status: fc.constantFrom('used' as const, 'returned' as const),
    version: fc.integer({ min: 1, max: 5 }),
  });
  const distinct = fc.uniqueArray(decision, { selector: ({ version }) => version, minLength: 1 });
  fc.assert(
    fc.property(
      distinct.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
      ),
      ([all, heard]) => {
        const shelf: Shelf = { quotas: new Map([[month(0).getTime(), quota(0)]]), current: month(0) };
        reserve(shelf, month(0), 1);
        let lesson: Lesson = {
          ...{ holdId: 'h', subscriptionId: 'sub', month: month(0), status: 'reserved', returnedTo: null },
          decisionVersion: 0,
        };
        for (const one of heard) lesson = settle(shelf, lesson, one, month(0));
        const newest = [...all].sort((a, b) => b.version - a.version)[0]!;
        expect([lesson.status, lesson.decisionVersion]).toEqual([newest.status, newest.version]);
        expect(quotaOf(shelf, month(0))).toMatchObject({
          reserved: 0,
          used: newest.status === 'used' ? 1 : 0,
        });
      },
    ),
  );
});

test('a lesson that came back and was booked again is forgiven when it was used after all', () => {
  const shelf: Shelf = {
    quotas: new Map([[month(0).getTime(), quota(0, { lessons: 1 })]]),
    current: month(0),
  };
  reserve(shelf, month(0), 1);
  const first: Lesson = {
    ...{ holdId: 'h', subscriptionId: 'sub', month: month(0), status: 'reserved', returnedTo: null },
    decisionVersion: 0,
  };
  const back = settle(shelf, first, { status: 'returned', version: 1 }, month(0));
  reserve(shelf, month(0), 1);
  const after = settle(shelf, back, { status: 'used', version: 2 }, month(0));
  expect(after.status).toBe('forgiven');
  expect(quotaOf(shelf, month(0))).toMatchObject({ reserved: 1, used: 0 });
  expect(settle(shelf, after, { status: 'returned', version: 3 }, month(0)).status).toBe('returned');
});
