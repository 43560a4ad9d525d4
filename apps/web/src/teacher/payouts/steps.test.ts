import { expect, test } from '@jest/globals';
import type { Withdrawal } from '@rollcall/contracts/api/withdrawals';
import { stepsOf } from './steps.js';

const asked = '2026-11-20T10:00:00.000Z';
const worked = '2026-11-21T10:00:00.000Z';
const paid = '2026-11-22T10:00:00.000Z';

test.each<[Withdrawal['status'], string[]]>([
  ['pending', ['pending now', 'approved ahead', 'completed ahead']],
  ['approved', ['pending done', 'approved now', 'completed ahead']],
  ['processing', ['pending done', 'processing now', 'completed ahead']],
  ['completed', ['pending done', 'approved done', 'completed done']],
  ['returned', ['pending done', 'approved done', 'completed done', 'returned ended']],
  ['rejected', ['pending done', 'rejected ended']],
  ['failed', ['pending done', 'failed ended']],
  ['cancelled', ['pending done', 'cancelled ended']],
])('the way of one that is %s', (status, way) => {
  const steps = stepsOf({ status, requestedAt: asked, processedAt: worked, completedAt: paid });
  expect(steps.map((step) => `${step.status} ${step.place}`)).toEqual(way);
});

test('what is ahead has no time yet, and who cancelled is not said to have been worked on', () => {
  const of = (status: Withdrawal['status']) =>
    stepsOf({ status, requestedAt: asked, processedAt: null, completedAt: null }).map(({ at }) => at);
  expect(of('pending')).toEqual([asked, null, null]);
  expect(of('cancelled')).toEqual([asked, null]);
});
