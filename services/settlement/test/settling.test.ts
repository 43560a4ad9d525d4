import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import {
  holdRefunded,
  holdReleased,
  holdUnderReview,
  type sessionSettled,
} from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import type { Preset, Rules } from '../src/domain/policy.js';
import { routes } from '../src/routes.js';
import {
  aClass,
  again,
  ask,
  config,
  END,
  migrations,
  type Purchase,
  paid,
  policy,
  START,
  tell,
  user,
} from './stage.js';

let at: TestDatabase;
beforeAll(async () => {
  at = await testDatabase(migrations);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const statusOf = async ({ holdId }: Purchase): Promise<string | undefined> =>
  (await at.db('holds').where({ id: holdId }).first('status'))?.status;

/** What was said of a hold or a session, oldest first: read by its subject, or each test would read all of the others. */
async function saidAbout(subject: string): Promise<Envelope[]> {
  const bodies: string[] = await at.db('outbox').where({ subject }).orderBy('seq').pluck('body');
  return bodies.map((body) => JSON.parse(body) as Envelope);
}

const saidOf = ({ holdId }: Purchase): Promise<Envelope[]> => saidAbout(holdId);

const settledOf = async (sessionId: string) =>
  (await saidAbout(sessionId)) as Envelope<DataOf<typeof sessionSettled>>[];

describe('a completed session', () => {
  test('pays the teacher of who attended and refunds who did not, and says all of it', async () => {
    const one = aClass();
    const [present, absent, doubtful] = [one.bought(1000), one.bought(500), one.bought(300)];
    await tell(at.db, user(one.teacherId, 'teacher', newId()), one.scheduled());
    await tell(at.db, present.event, absent.event, doubtful.event);
    const done = one.completed({
      [present.studentId]: 720,
      [absent.studentId]: 719,
      [doubtful.studentId]: [1, 3600],
    });
    await tell(at.db, done);

    const [released] = await saidOf(present);
    expect(released).toMatchObject({
      type: holdReleased.type,
      causationid: done.id,
      correlationid: done.correlationid,
      aggregateversion: 1,
      data: {
        teacher: { amount: 700, currency: 'USD' },
        commission: { amount: 300, currency: 'USD' },
        refund: { amount: 0 },
        commissionRate: 3000,
        reason: 'attended',
        policyVersion: 1,
        decisionVersion: 1,
        attendance: { seconds: 720, percentBasisPoints: 2000, attendanceVersion: 1 },
      },
    });
    expect(await saidOf(absent)).toMatchObject([
      { type: holdRefunded.type, data: { refund: { amount: 500 }, reason: 'below-threshold' } },
    ]);
    expect(await saidOf(doubtful)).toMatchObject([
      { type: holdUnderReview.type, data: { reason: 'attendance-uncertain' } },
    ]);
    expect(await settledOf(one.sessionId)).toMatchObject([
      {
        aggregateversion: 1,
        data: {
          counts: { released: 1, refunded: 1, review: 1 },
          totals: [
            {
              currency: 'USD',
              teacher: { amount: 700 },
              commission: { amount: 300 },
              refund: { amount: 500 },
            },
          ],
        },
      },
    ]);
  });

  test('judges a hold that comes after it at once, and says anew how the session stands', async () => {
    const one = aClass();
    const [early, late] = [one.bought(), one.bought()];
    await tell(at.db, user(one.teacherId, 'teacher'), early.event);
    await tell(at.db, one.completed({ [late.studentId]: 3600 }), late.event);
    expect([await statusOf(early), await statusOf(late)]).toEqual(['refunded', 'released']);
    expect((await saidOf(late))[0]).toMatchObject({ causationid: late.event.id });
    expect(
      (await settledOf(one.sessionId)).map((event) => [event.aggregateversion, event.data.counts]),
    ).toEqual([
      [1, { released: 0, refunded: 1, review: 0 }],
      [2, { released: 1, refunded: 1, review: 0 }],
    ]);
  });

  test('keeps its first result whatever is said later', async () => {
    const one = aClass();
    const [first, second] = [one.bought(), one.bought()];
    await tell(at.db, user(one.teacherId, 'teacher'), first.event);
    await tell(at.db, one.completed({ [first.studentId]: 3600 }));
    await tell(at.db, one.completed({ [second.studentId]: 3600 }), second.event);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['released', 'refunded']);
    expect(await saidOf(first)).toHaveLength(1);
  });

  test('ignores who joined under a name that is no id', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), purchase.event);
    await tell(
      at.db,
      one.completed({ guest: 3600, [`${purchase.studentId}-2`]: 3600, [purchase.studentId]: 900 }),
    );
    expect(await statusOf(purchase)).toBe('released');
  });
});

describe('a cancelled session', () => {
  test('gives back every hold, before or after it, without waiting for any user', async () => {
    const one = aClass();
    const [before, after] = [one.bought(), one.bought()];
    await tell(at.db, before.event, one.cancelled(), after.event);
    for (const purchase of [before, after])
      expect(await saidOf(purchase)).toMatchObject([
        {
          type: holdRefunded.type,
          data: { reason: 'session-cancelled', refund: { amount: 1000 }, attendance: null },
        },
      ]);
  });

  test('ends a review, and leaves alone what was decided', async () => {
    const one = aClass();
    const [decided, doubtful] = [one.bought(), one.bought()];
    await tell(at.db, user(one.teacherId, 'teacher'), decided.event, doubtful.event);
    await tell(
      at.db,
      one.completed({ [decided.studentId]: 3600, [doubtful.studentId]: [0, 3600] }),
      one.cancelled(),
    );
    expect([await statusOf(decided), await statusOf(doubtful)]).toEqual(['released', 'refunded']);
    expect((await saidOf(doubtful)).at(-1)).toMatchObject({ data: { decisionVersion: 2 } });
  });

  test('that was completed first pays by who was seen, also for money that is heard of last', async () => {
    const one = aClass();
    const bought = one.bought();
    const seen = one.completed({ [bought.studentId]: 3600 });
    await tell(at.db, user(one.teacherId, 'teacher'), seen, one.cancelled(), bought.event);
    expect(await saidOf(bought)).toMatchObject([{ type: holdReleased.type, data: { reason: 'attended' } }]);
  });

  test('leaves alone what an admin had decided before class', async () => {
    const one = aClass();
    const [given, taken, held] = [one.bought(), one.bought(), one.bought()];
    const facts = [given, taken, held].map(({ event }) => event);
    await tell(at.db, user(one.teacherId, 'teacher'), one.scheduled(), ...facts);
    const app = await testApp(routes({ db: at.db, config }));
    const body = { reason: 'agreed with both' };
    await ask(app, 'post', `/admin/holds/${given.holdId}/release`, { body });
    await ask(app, 'post', `/admin/holds/${taken.holdId}/refund`, { body });
    await tell(at.db, one.cancelled());
    const statuses = await Promise.all([given, taken, held].map(statusOf));
    expect(statuses).toEqual(['released', 'refunded', 'refunded']);
    const said = await Promise.all([given, taken, held].map(saidOf));
    expect(said.map((events) => events.length)).toEqual([1, 1, 1]);
  });

  test('gives every hold back once, however often and by how many versions it is told', async () => {
    const one = aClass();
    const bought = one.bought();
    await tell(at.db, bought.event, one.cancelled(2), one.cancelled(2));
    await tell(at.db, one.cancelled(3));
    expect(await saidOf(bought)).toHaveLength(1);
  });

  test('stays cancelled when older news of it comes later', async () => {
    const one = aClass();
    for (const event of [one.cancelled(3), one.rescheduled(START, 2), one.scheduled()])
      await tell(at.db, event);
    const row = await at.db('sessions').where({ id: one.sessionId }).first();
    expect(row).toMatchObject({ version: 3, cancelled_at: expect.any(Date) });
  });
});

test('a projection of a session ignores an older version', async () => {
  const one = aClass();
  await tell(at.db, one.rescheduled('2026-11-21T10:00:00.000Z', 2));
  await tell(at.db, one.scheduled());
  const row = await at.db('sessions').where({ id: one.sessionId }).first();
  expect(row.ends_at.toISOString()).toBe('2026-11-21T11:00:00.000Z');
});

describe('the terms', () => {
  test('are those in force when the purchase was requested, however late it is heard', async () => {
    const fresh = await testDatabase(migrations);
    try {
      await policy(fresh.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
      await policy(fresh.db, 2, 'flat-15', '2026-11-01T00:00:00Z');
      const one = aClass();
      const [older, exact] = [
        one.bought(1000, newId(), '2026-10-31T23:59:59.999Z'),
        one.bought(1000, newId(), '2026-11-01T00:00:00.000Z'),
      ];
      await tell(fresh.db, user(one.teacherId, 'teacher', newId()), exact.event, older.event);
      await tell(fresh.db, one.completed({ [older.studentId]: 3600, [exact.studentId]: 3600 }));
      const released = await emitted(fresh.db, holdReleased);
      const versionOf = ({ holdId }: Purchase) =>
        released.find((event) => event.data.holdId === holdId)?.data;
      expect(versionOf(older)).toMatchObject({ policyVersion: 1, commissionRate: 3000 });
      expect(versionOf(exact)).toMatchObject({ policyVersion: 2, commissionRate: 1500 });
    } finally {
      await fresh.close();
    }
  });

  test('do not change when the user does', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), purchase.event);
    await tell(
      at.db,
      user(one.teacherId, 'teacher', newId(), 2),
      one.completed({ [purchase.studentId]: 3600 }),
    );
    expect(await saidOf(purchase)).toMatchObject([
      { data: { commissionRate: 0, teacher: { amount: 1000 } } },
    ]);
  });

  test('wait for a teacher nobody has heard of, and then settle by who he is', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, purchase.event, one.completed({ [purchase.studentId]: 3600 }));
    expect(await statusOf(purchase)).toBe('held');
    expect(await settledOf(one.sessionId)).toEqual([]);

    await tell(at.db, user(one.teacherId, 'teacher', newId()));
    expect(await saidOf(purchase)).toMatchObject([
      { data: { commissionRate: 3000, teacher: { amount: 700 } } },
    ]);
    expect(await settledOf(one.sessionId)).toHaveLength(1);
  });

  test('are frozen: the database refuses another amount, another rate, another policy, another decision', async () => {
    const one = aClass();
    const { holdId, event, studentId } = one.bought();
    await tell(at.db, user(one.teacherId, 'teacher'), event, one.completed({ [studentId]: 3600 }));
    const change = (columns: object) => at.db('holds').where({ id: holdId }).update(columns);
    await expect(change({ amount: 1 })).rejects.toThrow(/frozen/);
    await expect(change({ commission_rate: 1 })).rejects.toThrow(/frozen/);
    await expect(at.db('policies').where({ version: 1 }).update({ rate_otherwise: 1 })).rejects.toThrow(
      /written once/,
    );
    await expect(at.db('decisions').where({ hold_id: holdId }).update({ teacher: 1 })).rejects.toThrow(
      /written once/,
    );
    await expect(at.db('decisions').where({ hold_id: holdId }).delete()).rejects.toThrow(/written once/);
  });
});

type PresetRow = [
  preset: Preset,
  custom: Partial<Rules>,
  ofTeacher: string,
  ofStudent: string,
  parts: number[],
];

describe('each preset', () => {
  test.each<PresetRow>([
    ['referred-teacher-30', {}, 'somebody', 'nobody', [700, 300, 0]],
    ['referred-teacher-30', {}, 'nobody', 'teacher', [1000, 0, 0]],
    ['student-source-70-30', {}, 'somebody', 'teacher', [700, 300, 0]],
    ['student-source-70-30', {}, 'somebody', 'nobody', [300, 700, 0]],
    ['flat-15', {}, 'somebody', 'teacher', [850, 150, 0]],
    [
      'custom',
      { teacherReferred: 2500, otherwise: 1000, referrerShare: 1000 },
      'somebody',
      'nobody',
      [750, 225, 25],
    ],
  ])(
    '%s %o of a teacher referred by %s and a student by %s',
    async (preset, custom, ofTeacher, ofStudent, parts) => {
      const fresh = await testDatabase(migrations);
      try {
        await policy(fresh.db, 1, preset, '1970-01-01T00:00:00Z', custom);
        const one = aClass();
        const purchase = one.bought();
        const ids: Record<string, string | null> = {
          somebody: newId(),
          teacher: one.teacherId,
          nobody: null,
        };
        await tell(fresh.db, user(String(ids.somebody), 'teacher'));
        await tell(fresh.db, user(one.teacherId, 'teacher', ids[ofTeacher]));
        await tell(fresh.db, user(purchase.studentId, 'student', ids[ofStudent]));
        await tell(fresh.db, purchase.event, one.completed({ [purchase.studentId]: 3600 }));
        const [released] = await emitted(fresh.db, holdReleased);
        const { teacher, commission, referral, referrerId, referralAccount } = released!.data;
        expect([teacher.amount, commission.amount, referral.amount]).toEqual(parts);
        const shared = referral.amount > 0;
        expect([referrerId, referralAccount]).toEqual(shared ? [ids.somebody, 'earnings'] : [null, null]);
      } finally {
        await fresh.close();
      }
    },
  );
});

describe('being told in another order, or twice', () => {
  const whatBecame = (purchases: readonly Purchase[]) => {
    return Promise.all(
      purchases.map(async (purchase) => {
        const decision = await at.db('decisions').where({ hold_id: purchase.holdId }).first();
        const events = await saidOf(purchase);
        const { hold_id: _, decided_at: __, ...judged } = decision ?? {};
        return [judged, events.map((event) => event.type)];
      }),
    );
  };

  const story = (ending: 'completed' | 'cancelled') => {
    const one = aClass();
    const referrer = newId();
    const purchases = [one.bought(999), one.bought(500), one.bought(100)];
    const [present, , doubtful] = purchases;
    const seen = { [present!.studentId]: 3000, [doubtful!.studentId]: [1, 3600] as const };
    const events = [
      user(referrer, 'student'),
      user(one.teacherId, 'teacher', referrer),
      user(present!.studentId, 'student'),
      one.scheduled(),
      one.rescheduled(START),
      ...purchases.map((purchase) => purchase.event),
      ending === 'completed' ? one.completed(seen) : one.cancelled(),
    ];
    return { one, purchases, events };
  };

  test.each(['completed', 'cancelled'] as const)('a session %s comes to one result', async (ending) => {
    await policy(at.db, 9, 'custom', '2026-11-10T00:00:00Z', {
      teacherReferred: 3000,
      otherwise: 0,
      referrerShare: 5000,
    });
    const straight = story(ending);
    await tell(at.db, ...straight.events);
    const expected = await whatBecame(straight.purchases);
    expect(expected.map(([, types]) => types)).toEqual(
      ending === 'completed'
        ? [[holdReleased.type], [holdRefunded.type], [holdUnderReview.type]]
        : [[holdRefunded.type], [holdRefunded.type], [holdRefunded.type]],
    );

    const orders = fc.uniqueArray(fc.nat(8), { minLength: 9, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(orders, fc.array(fc.nat(8), { maxLength: 4 }), async (order, repeated) => {
        const { one, purchases, events } = story(ending);
        const told = order.map((index) => events[index]!);
        for (const event of told) await tell(at.db, event);
        for (const index of repeated) await tell(at.db, again(events[index]!), events[index]!);
        expect(await whatBecame(purchases)).toEqual(expected);
        const counts = (await settledOf(one.sessionId)).at(-1)?.data.counts;
        expect(counts).toEqual(ending === 'completed' ? { released: 1, refunded: 1, review: 1 } : undefined);
      }),
      { seed: 20_261_120, numRuns: 40 },
    );
  });

  test('the same event twice is one hold and one decision', async () => {
    const one = aClass();
    const purchase = one.bought();
    const done = one.completed({ [purchase.studentId]: 3600 });
    await tell(at.db, user(one.teacherId, 'teacher'), purchase.event, purchase.event, done);
    expect(await tell(at.db, done)).toEqual({ [done.id]: 'duplicate' });
    expect(await saidOf(purchase)).toHaveLength(1);
  });
});

describe('being paid', () => {
  test('is noted once, and keeps its first moment', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(
      at.db,
      user(one.teacherId, 'teacher'),
      purchase.event,
      one.completed({ [purchase.studentId]: 3600 }),
    );
    const [released] = (await emitted(at.db, holdReleased)).filter(
      (event) => event.subject === purchase.holdId,
    );
    const answer = paid(released!.data);
    await tell(at.db, answer);
    const later = again(answer) as Envelope<{ paidAt: string }>;
    await tell(at.db, { ...later, data: { ...later.data, paidAt: '2026-12-01T00:00:00.000Z' } });
    const row = await at.db('holds').where({ id: purchase.holdId }).first();
    expect(row.paid_at.toISOString()).toBe(END);
  });

  test('is kept for later when the decision is not there yet, alone of its batch', async () => {
    const [one, other] = [aClass(), aClass()];
    const [decided, undecided] = [one.bought(), other.bought()];
    await tell(at.db, user(one.teacherId, 'teacher'), decided.event, undecided.event);
    await tell(at.db, one.completed({ [decided.studentId]: 3600 }));
    const [released] = (await emitted(at.db, holdReleased)).filter(
      (event) => event.subject === decided.holdId,
    );
    const [good, early] = [paid(released!.data), paid({ ...released!.data, holdId: undecided.holdId })];
    expect(await tell(at.db, early, good)).toEqual({ [early.id]: 'notYet', [good.id]: 'done' });
    const kept = await at.db('inbox').where({ event_id: early.id }).first();
    expect(kept).toMatchObject({ status: 'waiting' });
  });
});
