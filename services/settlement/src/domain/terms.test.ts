import { describe, expect, test } from '@jest/globals';
import { type Policy, type Preset, type Rules, rulesOf } from './policy.js';
import { freeze, type User } from './terms.js';

const hold = { courseId: 'course', studentId: 'student', teacherId: 'teacher' };
const policy = (preset: Preset, custom: Partial<Rules> = {}): Policy => ({
  version: 1,
  preset,
  ...rulesOf(preset, custom),
});
const user = (referrerId: string | null, ...roles: string[]): User => ({ roles, referrerId });
const known = (users: Record<string, User>) => new Map(Object.entries(users));

const alone = user(null, 'teacher');
const referred = user('referrer', 'teacher');
const custom = (rules: Partial<Rules>) =>
  policy('custom', { teacherReferred: 2500, ownStudent: 1000, otherwise: 2000, ...rules });

type Row = [rule: string, policy: Policy, teacher: User, student: User, rate: number, because: string];

describe('the rate of a hold', () => {
  test.each<Row>([
    [
      '30: a referred teacher pays 30 %',
      policy('referred-teacher-30'),
      referred,
      user(null),
      3000,
      'teacher-referred',
    ],
    [
      '30: any other teacher pays nothing',
      policy('referred-teacher-30'),
      alone,
      user('teacher'),
      0,
      'otherwise',
    ],
    [
      '70/30: of his own student the teacher keeps 70 %',
      policy('student-source-70-30'),
      referred,
      user('teacher'),
      3000,
      'own-student',
    ],
    [
      '70/30: of anybody else’s he keeps 30 %',
      policy('student-source-70-30'),
      alone,
      user('other'),
      7000,
      'otherwise',
    ],
    [
      '70/30: of a student who came by himself he keeps 30 %',
      policy('student-source-70-30'),
      alone,
      user(null),
      7000,
      'otherwise',
    ],
    ['flat: 15 % of everybody', policy('flat-15'), referred, user('teacher'), 1500, 'otherwise'],
    [
      'custom: the teacher’s referral is asked first',
      custom({}),
      referred,
      user('teacher'),
      2500,
      'teacher-referred',
    ],
    ['custom: then the student’s', custom({}), alone, user('teacher'), 1000, 'own-student'],
    ['custom: then the rest', custom({}), alone, user('other'), 2000, 'otherwise'],
    [
      'custom: a teacher may have his own',
      custom({ overrides: [{ teacherId: 'teacher', rate: 500 }] }),
      referred,
      user(null),
      500,
      'override',
    ],
    [
      'custom: not another’s',
      custom({ overrides: [{ teacherId: 'other', rate: 500 }] }),
      alone,
      user(null),
      2000,
      'otherwise',
    ],
    [
      'custom: the closest one counts, course before teacher, both before either',
      custom({
        overrides: [
          { teacherId: 'teacher', rate: 1 },
          { courseId: 'course', rate: 2 },
          { teacherId: 'teacher', courseId: 'course', rate: 3 },
          { teacherId: 'teacher', courseId: 'other', rate: 4 },
        ],
      }),
      alone,
      user(null),
      3,
      'override',
    ],
  ])('%s', (_rule, under, teacher, student, rate, because) => {
    expect(freeze(under, hold, known({ teacher, student }))).toMatchObject({
      commissionRate: rate,
      commissionCase: because,
      referrerId: null,
      referrerShare: 0,
    });
  });
});

describe('not heard of never means not referred', () => {
  test.each<[string, Policy, Record<string, User>, string]>([
    ['an unknown teacher is waited for', policy('referred-teacher-30'), { student: user(null) }, 'teacher'],
    ['even where the rate asks nobody', policy('flat-15'), { student: user(null) }, 'teacher'],
    [
      'an unknown student, where his source counts',
      policy('student-source-70-30'),
      { teacher: alone },
      'student',
    ],
    [
      'an unknown referrer, where he has a share',
      custom({ referrerShare: 1000 }),
      { teacher: referred },
      'referrer',
    ],
  ])('%s', (_rule, under, users, waitsFor) => {
    expect(freeze(under, hold, known(users))).toEqual({ waitsFor });
  });

  test('an unknown student is not waited for where his source does not count', () => {
    expect(freeze(policy('referred-teacher-30'), hold, known({ teacher: alone }))).toMatchObject({
      commissionRate: 0,
    });
  });
});

describe('the referrer’s share', () => {
  test.each<[string, User, 'earnings' | 'promo']>([
    ['goes to the earnings of a teacher', user(null, 'teacher'), 'earnings'],
    ['goes to the promo of anybody else', user(null, 'student'), 'promo'],
  ])('%s', (_rule, referrer, referralAccount) => {
    const users = known({ teacher: referred, student: user(null), referrer });
    expect(freeze(custom({ referrerShare: 1000 }), hold, users)).toMatchObject({
      referrerShare: 1000,
      referrerId: 'referrer',
      referralAccount,
    });
  });

  test('is nobody’s where the teacher was not referred', () => {
    const users = known({ teacher: alone, student: user('teacher') });
    expect(freeze(custom({ referrerShare: 1000 }), hold, users)).toMatchObject({
      referrerId: null,
      referrerShare: 0,
    });
  });
});
