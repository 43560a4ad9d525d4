import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cancelled,
  type Decision,
  decide,
  type Hold,
  labelOf,
  type Presence,
  type SessionFacts,
} from './decide.js';
import { type Preset, rulesOf } from './policy.js';
import type { Terms } from './terms.js';

const STUDENT = 'student';
const TEACHER = 'teacher';

const tenDollars: Hold = { amount: 1000, currency: 'USD', studentId: STUDENT, teacherId: TEACHER };
const seen = (seconds: number): Presence => ({ seconds, maxSeconds: seconds });
const between = (seconds: number, maxSeconds: number): Presence => ({ seconds, maxSeconds });

const hourWith = (student?: Presence, teacher: Presence = seen(3600)): SessionFacts => ({
  observed: true,
  scheduledSeconds: 3600,
  attendanceVersion: 1,
  people: new Map([[TEACHER, teacher], ...(student ? [[STUDENT, student] as const] : [])]),
});

const terms = (rate: number, more: Partial<Terms> = {}): Terms => ({
  policyVersion: 1,
  preset: 'referred-teacher-30' as Preset,
  threshold: rulesOf('referred-teacher-30').threshold,
  teacherMin: rulesOf('referred-teacher-30').teacherMin,
  commissionCase: 'teacher-referred',
  commissionRate: rate,
  referrerShare: 0,
  referrerId: null,
  referralAccount: null,
  ...more,
});
const referredTeacher = terms(3000);

const partsOf = ({ teacher, commission, refund }: Decision) => [teacher, commission, refund];

type Row = [rule: string, student: Presence | undefined, outcome: string, reason: string, parts: number[]];

describe('where the money of a class of one hour goes', () => {
  test.each<Row>([
    ['the whole hour releases the money', seen(3600), 'released', 'attended', [700, 300, 0]],
    ['twelve minutes of sixty release it', seen(720), 'released', 'attended', [700, 300, 0]],
    ['one second less refunds it', seen(719), 'refunded', 'below-threshold', [0, 0, 1000]],
    ['who never came is refunded', undefined, 'refunded', 'below-threshold', [0, 0, 1000]],
    [
      'an end nobody saw is for a person to judge',
      between(1, 3600),
      'review',
      'attendance-uncertain',
      [0, 0, 0],
    ],
    [
      'doubt that reaches the threshold exactly is doubt',
      between(719, 720),
      'review',
      'attendance-uncertain',
      [0, 0, 0],
    ],
    ['doubt above the threshold does not matter', between(720, 3600), 'released', 'attended', [700, 300, 0]],
    [
      'doubt below the threshold does not matter',
      between(0, 719),
      'refunded',
      'below-threshold',
      [0, 0, 1000],
    ],
  ])('%s', (_rule, student, outcome, reason, parts) => {
    const decision = decide(tenDollars, hourWith(student), referredTeacher);
    expect([decision.outcome, decision.reason, partsOf(decision)]).toEqual([outcome, reason, parts]);
  });

  test('a room we could not see proves nothing, even with somebody in it', () => {
    const unseen = { ...hourWith(seen(3600)), observed: false };
    expect(decide(tenDollars, unseen, referredTeacher)).toMatchObject({
      outcome: 'review',
      reason: 'session-not-observed',
      teacher: 0,
      refund: 0,
    });
  });

  test('a presence set by hand counts though the room was not seen, where the terms ask for the teacher his too', () => {
    const byHand = (seconds: number): Presence => ({ ...seen(seconds), corrected: true });
    const unseen = (student: Presence, teacher?: Presence) => ({
      ...hourWith(student, teacher),
      observed: false,
    });
    const asksTeacher = terms(3000, { teacherMin: 5000 });
    const outcomes = [
      decide(tenDollars, unseen(byHand(720)), referredTeacher),
      decide(tenDollars, unseen(byHand(719)), referredTeacher),
      decide(tenDollars, unseen(byHand(720)), asksTeacher),
      decide(tenDollars, unseen(byHand(720), byHand(1800)), asksTeacher),
    ].map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['released', 'refunded', 'review', 'released']);
  });

  test('somebody else who stayed the whole hour does not count for the student', () => {
    const facts = { ...hourWith(), people: new Map([['another', seen(3600)]]) };
    expect(decide(tenDollars, facts, referredTeacher).outcome).toBe('refunded');
  });

  test('a threshold that is no whole second is compared exactly: 33.33 % of 100 seconds is 34 seconds', () => {
    const facts = (seconds: number) => ({ ...hourWith(seen(seconds)), scheduledSeconds: 100 });
    const third = terms(3000, { threshold: 3333 });
    expect(decide(tenDollars, facts(33), third).outcome).toBe('refunded');
    expect(decide(tenDollars, facts(34), third).outcome).toBe('released');
  });
});

describe('where the terms ask for the teacher', () => {
  const halfAnHour = terms(3000, { teacherMin: 5000 });

  test.each<[string, Presence, Presence, string, string]>([
    ['a teacher who stayed long enough is paid', seen(3600), seen(1800), 'released', 'attended'],
    ['a teacher who fell short gets nothing', seen(3600), seen(1799), 'refunded', 'teacher-no-show'],
    [
      'a teacher in doubt is for a person to judge',
      seen(3600),
      between(1799, 1800),
      'review',
      'attendance-uncertain',
    ],
    [
      'a student in doubt is, too, though the teacher fell short',
      between(0, 3600),
      seen(0),
      'review',
      'attendance-uncertain',
    ],
    ['neither came: it is the teacher who is told so', seen(0), seen(0), 'refunded', 'teacher-no-show'],
    [
      'a teacher in doubt is one also where the student certainly was not there',
      seen(0),
      between(0, 3600),
      'review',
      'attendance-uncertain',
    ],
    [
      'doubt above what is asked of the teacher does not matter',
      seen(720),
      between(1800, 3600),
      'released',
      'attended',
    ],
    [
      'doubt below what is asked of the teacher does not matter',
      seen(720),
      between(0, 1799),
      'refunded',
      'teacher-no-show',
    ],
    [
      'a teacher who stayed does not pay for a student who did not',
      seen(719),
      seen(3600),
      'refunded',
      'below-threshold',
    ],
    ['both in doubt are one review', between(0, 3600), between(0, 3600), 'review', 'attendance-uncertain'],
  ])('%s', (_rule, student, teacher, outcome, reason) => {
    expect(decide(tenDollars, hourWith(student, teacher), halfAnHour)).toMatchObject({ outcome, reason });
  });

  test('a room we could not see proves no teacher absent either', () => {
    const unseen = { ...hourWith(seen(3600), seen(0)), observed: false };
    expect(decide(tenDollars, unseen, halfAnHour)).toMatchObject({
      outcome: 'review',
      reason: 'session-not-observed',
    });
  });

  test('a teacher nobody saw fell short', () => {
    const facts = { ...hourWith(), people: new Map([[STUDENT, seen(3600)]]) };
    expect(decide(tenDollars, facts, halfAnHour)).toMatchObject({ reason: 'teacher-no-show' });
  });

  test('the explanation says what was asked of the teacher and what was seen', () => {
    expect(decide(tenDollars, hourWith(seen(3600), seen(1799)), halfAnHour).steps.slice(2)).toEqual([
      'The teacher must attend at least 50.00 %, which is 1800 seconds.',
      'The teacher was in class for 1799 seconds, 49.97 %.',
      'The teacher was there for less than that: everything goes back to the student.',
    ]);
  });

  test('the default does not ask: an absent or doubtful teacher changes nothing', () => {
    for (const teacher of [seen(0), between(0, 3600)])
      expect(decide(tenDollars, hourWith(seen(720), teacher), referredTeacher).outcome).toBe('released');
  });
});

describe('the sum', () => {
  test.each<[string, number, string, number, number, number[]]>([
    ['nothing is kept where the rate is 0', 1000, 'USD', 0, 0, [1000, 0, 0]],
    ['a fraction below half is dropped: 15 % of 0.03 is 0.00', 3, 'USD', 1500, 0, [3, 0, 0]],
    ['half a cent is the platform’s: 15 % of 0.10 is 0.02', 10, 'USD', 1500, 0, [8, 2, 0]],
    ['the yen has no fraction: 15 % of 101 is 15', 101, 'JPY', 1500, 0, [86, 15, 0]],
    ['the dinar has three: 30 % of 1.005 is 0.302', 1005, 'KWD', 3000, 0, [703, 302, 0]],
    ['the referrer’s share is of the commission, rounded down', 999, 'USD', 3000, 3333, [699, 201, 99]],
    ['a share of everything leaves the platform nothing', 1000, 'USD', 3000, 10_000, [700, 0, 300]],
    ['a hold of nothing is released as nothing', 0, 'USD', 3000, 5000, [0, 0, 0]],
  ])('%s', (_rule, amount, currency, rate, referrerShare, parts) => {
    const share =
      referrerShare > 0 ? { referrerShare, referrerId: 'r', referralAccount: 'promo' as const } : {};
    const decision = decide({ ...tenDollars, amount, currency }, hourWith(seen(3600)), terms(rate, share));
    expect([decision.teacher, decision.commission, decision.referral]).toEqual(parts);
  });

  test('a share without a referrer stays with the platform', () => {
    const decision = decide(tenDollars, hourWith(seen(3600)), terms(3000, { referrerShare: 5000 }));
    expect(decision).toMatchObject({ commission: 300, referral: 0 });
  });

  test('a cancelled session gives everything back and asks for no terms', () => {
    expect(cancelled(tenDollars)).toMatchObject({
      outcome: 'refunded',
      reason: 'session-cancelled',
      refund: 1000,
      teacher: 0,
      evidence: null,
    });
  });
});

describe('the explanation', () => {
  test('names each figure of a release in order', () => {
    const shared = terms(3000, { referrerShare: 1000, referrerId: 'r', referralAccount: 'promo' });
    expect(decide(tenDollars, hourWith(seen(720)), shared).steps).toEqual([
      'Policy version 1 (referred-teacher-30): the student must attend at least 20.00 % of the scheduled 3600 seconds, which is 720.',
      'The student was in class for 720 seconds, 20.00 %.',
      '720 is at least 720: the money goes to the teacher.',
      'Commission: 30.00 % of 10.00 USD is 3.00 USD, half a unit rounded up (the teacher was referred by somebody).',
      'The referrer gets 10.00 % of the commission, rounded down: 0.30 USD; the platform keeps 2.70 USD.',
      'The teacher gets the rest: 10.00 USD less 3.00 USD is 7.00 USD.',
    ]);
  });

  test('names what was missing in a refund', () => {
    expect(decide(tenDollars, hourWith(seen(719)), referredTeacher).steps.slice(1)).toEqual([
      'The student was in class for 719 seconds, 19.97 %.',
      '719 is less than 720: the money goes back to the student.',
      'The student gets back 10.00 USD, all of it.',
    ]);
  });

  test('says between which figures the doubt lies', () => {
    expect(decide(tenDollars, hourWith(between(1, 3600)), referredTeacher).steps.slice(1)).toEqual([
      'The student was in class for at least 1 and at most 3600 seconds, 0.02 % to 100.00 %: an end was not seen.',
      'These figures lie on both sides of what is asked: a person will decide.',
    ]);
  });

  test('writes yen without decimals and dinars with three', () => {
    const last = (currency: string) =>
      decide({ ...tenDollars, currency }, hourWith(seen(3600)), referredTeacher).steps.at(-1);
    expect(last('JPY')).toBe('The teacher gets the rest: 1000 JPY less 300 JPY is 700 JPY.');
    expect(last('KWD')).toBe('The teacher gets the rest: 1.000 KWD less 0.300 KWD is 0.700 KWD.');
  });

  test('the percentage is rounded down and never above 100', () => {
    expect(decide(tenDollars, hourWith(seen(719)), referredTeacher).evidence?.percent).toBe(1997);
    const longer = { ...hourWith(seen(3601)) };
    expect(decide(tenDollars, longer, referredTeacher).evidence?.percent).toBe(10_000);
  });
});

describe('the label people read', () => {
  test.each<[string, Presence, boolean, string]>([
    ['enough is present', seen(720), true, 'present'],
    ['too little is absent', seen(719), true, 'absent'],
    ['doubt is review', between(719, 720), true, 'review'],
    ['an unseen room is review', seen(3600), false, 'review'],
  ])('%s', (_rule, presence, observed, label) => {
    expect(labelOf({ ...presence, observed, scheduledSeconds: 3600 }, 2000)).toBe(label);
  });
});

const basisPoints = fc.integer({ min: 0, max: 10_000 });
const hold = fc.record({
  amount: fc.integer({ min: 0, max: 1_000_000_000_000 }),
  currency: fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'),
  studentId: fc.constant(STUDENT),
  teacherId: fc.constant(TEACHER),
});
const presence = fc
  .tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 5000 }))
  .map(([seconds, more]) => between(seconds, seconds + more));
const anyTerms = fc
  .record({
    threshold: basisPoints,
    teacherMin: basisPoints,
    commissionRate: basisPoints,
    share: basisPoints,
  })
  .map(({ share, commissionRate, ...rest }) =>
    terms(commissionRate, { ...rest, referrerShare: share, referrerId: 'r', referralAccount: 'earnings' }),
  );
const facts = fc
  .record({ student: presence, teacher: presence, scheduledSeconds: fc.integer({ min: 1, max: 43_200 }) })
  .map(({ student, teacher, scheduledSeconds }) => ({ ...hourWith(student, teacher), scheduledSeconds }));

const SEEDED = { seed: 20_261_120, numRuns: 500 };

describe('whatever the class and the terms', () => {
  test('the parts of a decision sum to the hold, and none is below 0', () => {
    fc.assert(
      fc.property(hold, facts, anyTerms, (one, seenThere, under) => {
        const { outcome, teacher, commission, referral, refund } = decide(one, seenThere, under);
        expect(Math.min(teacher, commission, referral, refund)).toBeGreaterThanOrEqual(0);
        expect(teacher + commission + referral + refund).toBe(outcome === 'review' ? 0 : one.amount);
      }),
      SEEDED,
    );
  });

  test('more presence of the student never gives less to the teacher', () => {
    fc.assert(
      fc.property(
        hold,
        facts,
        anyTerms,
        fc.nat(4000),
        fc.nat(4000),
        (one, seenThere, under, more, further) => {
          const before = seenThere.people.get(STUDENT) ?? seen(0);
          const longer = between(
            before.seconds + more,
            Math.max(before.maxSeconds, before.seconds + more) + further,
          );
          const people = new Map([...seenThere.people, [STUDENT, longer] as const]);
          const after = decide(one, { ...seenThere, people }, under);
          expect(after.teacher).toBeGreaterThanOrEqual(decide(one, seenThere, under).teacher);
        },
      ),
      SEEDED,
    );
  });

  test('more presence of either never turns a release into a refund or a doubt', () => {
    const more = fc.tuple(fc.nat(4000), fc.nat(4000));
    const longer = ({ seconds, maxSeconds }: Presence, [certain, possible]: [number, number]) =>
      between(seconds + certain, Math.max(maxSeconds, seconds + certain) + possible);
    fc.assert(
      fc.property(hold, facts, anyTerms, more, more, (one, seenThere, under, ofStudent, ofTeacher) => {
        fc.pre(decide(one, seenThere, under).outcome === 'released');
        const grown = (id: string, by: [number, number]) =>
          [id, longer(seenThere.people.get(id) ?? seen(0), by)] as const;
        const people = new Map([grown(STUDENT, ofStudent), grown(TEACHER, ofTeacher)]);
        expect(decide(one, { ...seenThere, people }, under).outcome).toBe('released');
      }),
      SEEDED,
    );
  });

  test('an end that is seen at last ends the doubt the way the truth lies', () => {
    const truth = fc.tuple(fc.nat(40_000), fc.nat(40_000), fc.nat(40_000));
    fc.assert(
      fc.property(hold, anyTerms, truth, (one, under, [least, within, most]) => {
        const [lo, real, hi] = [least, within, most].sort((a, b) => a - b) as [number, number, number];
        const doubtful = decide(one, hourWith(between(lo, hi), seen(3600)), under);
        const certain = decide(one, hourWith(seen(real), seen(3600)), under);
        expect(certain.outcome).not.toBe('review');
        expect(['review', certain.outcome]).toContain(doubtful.outcome);
      }),
      SEEDED,
    );
  });

  test('a higher rate never gives more to the teacher', () => {
    fc.assert(
      fc.property(hold, anyTerms, basisPoints, (one, under, other) => {
        const teacherAt = (commissionRate: number) =>
          decide(one, hourWith(seen(3600), seen(3600)), { ...under, commissionRate }).teacher;
        const [low, high] = [Math.min(under.commissionRate, other), Math.max(under.commissionRate, other)];
        expect(teacherAt(high)).toBeLessThanOrEqual(teacherAt(low));
      }),
      SEEDED,
    );
  });
});
