import { expect, test } from '@jest/globals';
import { planOf, typedPlan } from './plan.js';

test('a plan is sent in minor units, its features one a line, no reason where none was given', () => {
  const typed = {
    ...typedPlan(undefined),
    name: ' Four ',
    slug: 'four',
    price: '40.00',
    features: 'a\n\n b ',
  };
  expect(planOf(typed)).toEqual({
    ...{ name: 'Four', slug: 'four', interval: 'month', active: true, trialDays: 0, lessonsPerMonth: 4 },
    ...{ price: { amount: 4000, currency: 'USD' }, features: ['a', 'b'] },
  });
  expect(planOf({ ...typed, price: '' }).price.amount).toBe(0);
});
