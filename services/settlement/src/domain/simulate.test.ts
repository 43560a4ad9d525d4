import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Policy, rulesOf } from './policy.js';
import { type Settled, simulate } from './simulate.js';
import type { User } from './terms.js';

const draft = (preset: Policy['preset'], custom = {}): Policy => ({
  version: 0,
  preset,
  ...rulesOf(preset, custom),
});
const known = new Map<string, User>([
  ['ann', { roles: ['teacher'], referrerId: 'bob' }],
  ['cid', { roles: ['teacher'], referrerId: null }],
  ['stu', { roles: ['student'], referrerId: null }],
]);

/** An hour's hold that was released whole, less `commission`, or refunded. */
function hold(teacherId: string, amount: number, commission: number | 'refunded', seconds = 3600): Settled {
  const refunded = commission === 'refunded';
  const kept = refunded ? 0 : commission;
  return {
    ...{ amount, currency: 'USD', studentId: 'stu', teacherId, courseId: 'course' },
    facts: {
      ...{ observed: true, scheduledSeconds: 3600, attendanceVersion: 1 },
      people: new Map([['stu', { seconds, maxSeconds: seconds }]]),
    },
    was: {
      ...{ teacher: refunded ? 0 : amount - kept, commission: kept, referral: 0 },
      refund: refunded ? amount : 0,
    },
  };
}

test('a flat commission takes from who paid none and gives to who paid more; the largest difference first', () => {
  const settled = [hold('ann', 1000, 300), hold('cid', 1000, 0), hold('cid', 2000, 0)];
  const { holds, changed, skipped, totals, teachers } = simulate(draft('flat-15'), settled, known);
  expect({ holds, changed, skipped }).toEqual({ holds: 3, changed: 3, skipped: 0 });
  expect(teachers).toEqual([
    { teacherId: 'cid', currency: 'USD', holds: 2, was: 3000, would: 2550, difference: -450 },
    { teacherId: 'ann', currency: 'USD', holds: 1, was: 700, would: 850, difference: 150 },
  ]);
  expect(totals).toEqual([
    {
      currency: 'USD',
      was: { teacher: 3700, commission: 300, referral: 0, refund: 0 },
      would: { teacher: 3400, commission: 600, referral: 0, refund: 0 },
    },
  ]);
});

test('a higher threshold gives back what was released, and the policy in force changes nothing', () => {
  const settled = [hold('ann', 1000, 300, 1000)];
  expect(simulate(draft('referred-teacher-30'), settled, known)).toMatchObject({ changed: 0, teachers: [] });
  const strict = draft('custom', { threshold: 5000, otherwise: 0 });
  expect(simulate(strict, settled, known).totals[0]?.would).toMatchObject({ teacher: 0, refund: 1000 });
});

test('what depends on a user nobody has heard of is left out, and said to be', () => {
  const settled = [{ ...hold('cid', 1000, 0), studentId: 'nobody' }];
  expect(simulate(draft('student-source-70-30'), settled, known)).toMatchObject({ holds: 0, skipped: 1 });
});

test('whatever the draft, each hold is shared out whole', () => {
  const rate = fc.integer({ min: 0, max: 10_000 });
  const holds = fc.array(
    fc.record({ amount: fc.nat(1_000_000), seconds: fc.nat(3600), teacher: fc.constantFrom('ann', 'cid') }),
    { maxLength: 20 },
  );
  const drafts = fc.record({ threshold: rate, teacherReferred: rate, otherwise: rate, referrerShare: rate });
  fc.assert(
    fc.property(holds, drafts, (given, custom) => {
      const settled = given.map(({ amount, seconds, teacher }) => hold(teacher, amount, 'refunded', seconds));
      const { totals } = simulate(
        draft('custom', custom),
        settled,
        new Map([...known, ['bob', known.get('cid')!]]),
      );
      const sum = given.reduce((total, { amount }) => total + amount, 0);
      const would = totals[0]?.would ?? { teacher: 0, commission: 0, referral: 0, refund: 0 };
      expect(would.teacher + would.commission + would.referral + would.refund).toBe(sum);
    }),
  );
});
