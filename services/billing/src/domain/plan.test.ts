import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkChange, dearestLesson, isOtherPrice, type Plan } from './plan.js';

const plan = (more: Partial<Plan> = {}): Plan => ({
  ...{ id: 'p', name: 'Four', slug: 'four', price: 4000, currency: 'USD', interval: 'month' },
  ...{ lessonsPerMonth: 4, maxLessonPrice: null, trialDays: 0, features: [], active: true },
  ...{ prices: 1, providerPriceId: 'price_1', version: 1, ...more },
});

test.each<[string, Partial<Plan>, number]>([
  ['the price per lesson', {}, 1000],
  ['rounded down', { lessonsPerMonth: 3 }, 1333],
  ['a twelfth of it by the year', { interval: 'year', price: 48_000 }, 1000],
  ['at least one unit', { price: 3, lessonsPerMonth: 4 }, 1],
  ['what was set', { maxLessonPrice: 2500 }, 2500],
])('the dearest lesson is %s', (_rule, more, price) => {
  expect(dearestLesson(plan(more))).toBe(price);
});

test('a period’s lessons never cost more than was paid for it, and leave less than a unit a lesson', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 50, max: 99_999_999 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom('month' as const, 'year' as const),
      (price, lessonsPerMonth, interval) => {
        const lessons = lessonsPerMonth * (interval === 'year' ? 12 : 1);
        const dearest = dearestLesson({ price, interval, lessonsPerMonth, maxLessonPrice: null });
        if (price >= lessons) {
          expect(dearest * lessons).toBeLessThanOrEqual(price);
          expect(price - dearest * lessons).toBeLessThan(lessons);
        } else expect(dearest).toBe(1);
      },
    ),
  );
});

test.each<[Partial<Plan>, boolean]>([
  [{ price: 4001 }, true],
  [{ currency: 'EUR' }, true],
  [{ interval: 'year' }, true],
  [{ name: 'Five', lessonsPerMonth: 5, trialDays: 7, active: false, maxLessonPrice: 1 }, false],
])('%j is another price at the provider: %s', (more, isOther) => {
  expect(isOtherPrice(plan(), plan(more))).toBe(isOther);
});

test.each<[Partial<Plan>, boolean, boolean]>([
  [{ interval: 'year' }, true, false],
  [{ currency: 'EUR' }, true, false],
  [{ interval: 'year', currency: 'EUR' }, false, true],
  [{ price: 9000, lessonsPerMonth: 9, slug: 'nine' }, true, true],
])('%j of a plan that was subscribed to (%s) may be changed: %s', (more, isSubscribed, isAllowed) => {
  const change = () => checkChange(plan(), plan(more), { isSubscribed });
  if (isAllowed) expect(change).not.toThrow();
  else expect(change).toThrow('plan-in-use');
});
