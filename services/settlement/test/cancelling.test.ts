import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataOf, Envelope } from '@rollcall/contracts/event';
import {
  cancellationDecided,
  holdRefunded,
  holdReleased,
  sessionSettled,
} from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import { type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import {
  aClass,
  again,
  brokenInvariants,
  END,
  givingUp,
  migrations,
  type Purchase,
  payAll,
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
afterEach(async () => expect(await brokenInvariants(at.db)).toEqual([]));

const IN_TIME = '2026-11-20T09:59:59.999Z';
const LATE = START;

const statusOf = async ({ holdId }: Purchase): Promise<string | undefined> =>
  (await at.db('holds').where({ id: holdId }).first('status'))?.status;

async function saidOf(subject: string, type?: string): Promise<Envelope[]> {
  const bodies: string[] = await at.db('outbox').where({ subject }).orderBy('seq').pluck('body');
  return bodies
    .map((body) => JSON.parse(body) as Envelope)
    .filter((one) => type === undefined || one.type === type);
}

type Answer = Envelope<DataOf<typeof cancellationDecided>>;
const answersTo = async ({ event }: Purchase) =>
  (await saidOf(event.data.purchaseId, cancellationDecided.type)) as Answer[];

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** One student, one purchase of so many sessions of one teacher. */
function course(count: number) {
  const teacherId = newId();
  const [studentId, purchaseId] = [newId(), newId()];
  const classes = Array.from({ length: count }, () => aClass({ teacherId }));
  const all = classes.map((one, index) => ({
    one,
    purchase: one.bought(1000 + index, studentId, undefined, purchaseId),
  }));
  const known = () => tell(at.db, user(teacherId, 'teacher'), ...all.map(({ one }) => one.scheduled()));
  const held = () => tell(at.db, ...all.map(({ purchase }) => purchase.event));
  return { all, studentId, purchaseId, known, held, first: all[0]! };
}

const heldCourse = async (count: number) => {
  const made = course(count);
  await made.known();
  await made.held();
  return made;
};

describe('a student who gives up', () => {
  test('a session in time has all of it back, and the wallet and enrollment are told', async () => {
    const { first, all } = await heldCourse(1);
    const request = givingUp(all, IN_TIME);
    await tell(at.db, request);
    expect(await statusOf(first.purchase)).toBe('refunded');
    expect(await saidOf(first.purchase.holdId)).toMatchObject([
      {
        type: holdRefunded.type,
        causationid: request.id,
        data: { refund: usd(1000), reason: 'cancelled', attendance: null, decisionVersion: 1 },
      },
    ]);
    const { holdId } = first.purchase;
    const { sessionId } = first.one;
    expect(await answersTo(first.purchase)).toMatchObject([
      {
        causationid: request.id,
        data: {
          requestedAt: IN_TIME,
          refunded: [{ holdId, sessionId, amount: usd(1000), decisionVersion: 1 }],
          kept: [],
          reason: 'refunded',
        },
      },
    ]);
    await payAll(at.db);
  });

  test('a session that has started keeps it, and is told why', async () => {
    const { first, all } = await heldCourse(1);
    await tell(at.db, givingUp(all, LATE));
    expect(await statusOf(first.purchase)).toBe('held');
    const [answer] = await answersTo(first.purchase);
    expect(answer?.data).toMatchObject({
      ...{ refunded: [], reason: 'nothing-refunded' },
      kept: [{ holdId: first.purchase.holdId, amount: usd(1000), reason: 'session-started' }],
    });
  });

  test('a course of which a part is over has the rest of it back', async () => {
    const { all, studentId } = await heldCourse(3);
    const [over, second, third] = all;
    await tell(at.db, over!.one.completed({ [studentId]: 3600 }));
    await tell(at.db, givingUp(all, IN_TIME));
    expect(await Promise.all(all.map(({ purchase }) => statusOf(purchase)))).toEqual([
      ...['released', 'refunded', 'refunded'],
    ]);
    const [answer] = await answersTo(over!.purchase);
    expect(answer?.data).toMatchObject({
      refunded: [second, third].map((one) => ({ holdId: one!.purchase.holdId })),
      kept: [{ holdId: over!.purchase.holdId, reason: 'settled' }],
      reason: 'refunded-in-part',
    });
  });

  test('a session whose terms wait for a user has it back without them', async () => {
    const made = course(1);
    await made.held();
    await tell(at.db, givingUp(made.all, IN_TIME));
    expect(await statusOf(made.first.purchase)).toBe('refunded');
  });

  test('by a room that started before its hour, or by a schedule that was moved', async () => {
    const early = await heldCourse(1);
    await tell(at.db, early.first.one.started('2026-11-20T09:50:00.000Z'), early.first.one.started());
    await tell(at.db, givingUp(early.all, '2026-11-20T09:55:00.000Z'));
    expect(await statusOf(early.first.purchase)).toBe('held');

    const moved = await heldCourse(1);
    await tell(at.db, moved.first.one.rescheduled(END));
    await tell(at.db, givingUp(moved.all, LATE));
    expect(await statusOf(moved.first.purchase)).toBe('refunded');
  });
});

describe('whenever it is heard', () => {
  test('before the money is known to be held, it waits', async () => {
    const made = course(2);
    await made.known();
    const request = givingUp(made.all, IN_TIME);
    expect((await tell(at.db, request))[request.id]).toBe('notYet');
    await tell(at.db, made.first.purchase.event);
    const another = again(request);
    expect((await tell(at.db, another))[another.id]).toBe('notYet');
    expect(await statusOf(made.first.purchase)).toBe('held');
    await made.held();
    await tell(at.db, again(request));
    expect(await statusOf(made.first.purchase)).toBe('refunded');
  });

  test('after the class is over but not decided, it counts as when it was asked', async () => {
    for (const [requestedAt, status] of [
      [IN_TIME, 'refunded'],
      [LATE, 'review'],
    ] as const) {
      const { first, all, studentId } = await heldCourse(1);
      await tell(at.db, first.one.started(), first.one.completed({ [studentId]: [1, 3600] }));
      expect(await statusOf(first.purchase)).toBe('review');
      await tell(at.db, givingUp(all, requestedAt));
      expect(await statusOf(first.purchase)).toBe(status);
      if (status === 'review') continue;
      const [answer] = await answersTo(first.purchase);
      expect(answer?.data.refunded).toMatchObject([{ decisionVersion: 2 }]);
      const settled = await saidOf(first.one.sessionId, sessionSettled.type);
      expect(settled.at(-1)?.data).toMatchObject({ counts: { released: 0, refunded: 1, review: 0 } });
      await payAll(at.db);
      await tell(at.db, first.one.amended(2, { [studentId]: 3600 }));
      expect(await statusOf(first.purchase)).toBe('refunded');
      expect(await at.db('reviews').where({ hold_id: first.purchase.holdId })).toEqual([]);
    }
  });

  test('after the money was decided, it stays decided', async () => {
    const { first, all, studentId } = await heldCourse(1);
    await tell(at.db, first.one.completed({ [studentId]: 3600 }));
    await tell(at.db, givingUp(all, IN_TIME));
    expect(await saidOf(first.purchase.holdId)).toMatchObject([{ type: holdReleased.type }]);
    expect((await answersTo(first.purchase))[0]?.data.kept).toMatchObject([{ reason: 'settled' }]);
  });

  test('after the teacher has cancelled, the money went back once', async () => {
    const { first, all } = await heldCourse(1);
    await tell(at.db, first.one.cancelled());
    await tell(at.db, givingUp(all, IN_TIME));
    expect(await saidOf(first.purchase.holdId)).toMatchObject([{ data: { reason: 'session-cancelled' } }]);
  });

  test('again, it is answered as before, whatever has happened since', async () => {
    const { all, first, studentId } = await heldCourse(2);
    const request = givingUp(all, IN_TIME);
    await tell(at.db, request);
    await tell(at.db, request);
    expect(await answersTo(first.purchase)).toHaveLength(1);
    await tell(at.db, first.one.completed({ [studentId]: 3600 }));
    await tell(at.db, again(request), again(request));
    const answers = await answersTo(first.purchase);
    expect(answers).toHaveLength(3);
    for (const { data } of answers) expect(data).toEqual(answers[0]!.data);
    expect(await saidOf(first.purchase.holdId)).toHaveLength(1);
  });

  test('a second request finds nothing left, in one batch with the first or after it', async () => {
    const { all, first } = await heldCourse(1);
    const later = givingUp(all, '2026-11-20T09:59:59.999Z');
    const sooner = givingUp(all, '2026-11-20T09:00:00.000Z');
    await tell(at.db, sooner, later);
    expect((await answersTo(first.purchase)).map(({ data }) => data.reason)).toEqual([
      'refunded',
      'nothing-refunded',
    ]);
    expect(await saidOf(first.purchase.holdId)).toHaveLength(1);
  });

  test('a request about somebody else’s hold is for a person to look at', async () => {
    const [mine, other] = [await heldCourse(1), await heldCourse(1)];
    const request = givingUp([{ one: other.first.one, purchase: mine.first.purchase }], IN_TIME);
    await expect(tell(at.db, request)).rejects.toThrow(/is not what purchase/);
    expect(await statusOf(mine.first.purchase)).toBe('held');
  });
});

describe('racing', () => {
  const ROUNDS = 15;
  const atOnce = (events: readonly Envelope[]) => Promise.all(events.map((event) => tell(at.db, event)));

  test.each<[string, (made: Awaited<ReturnType<typeof heldCourse>>) => Envelope[]]>([
    ['the end of the class', ({ first, studentId }) => [first.one.completed({ [studentId]: 3600 })]],
    ['the teacher’s cancelling', ({ first }) => [first.one.cancelled()]],
    ['the same request again', ({ all }) => [again(givingUp(all, IN_TIME)), again(givingUp(all, IN_TIME))]],
    ['another request', ({ all }) => [givingUp(all, '2026-11-20T09:00:00.000Z')]],
    [
      'its own sessions in another order',
      ({ all }) => [givingUp([...all].reverse(), '2026-11-20T09:00:00.000Z')],
    ],
    ['the start of the class', ({ first }) => [first.one.started()]],
  ])('with %s each hold ends once, and every answer says what became of it', async (_what, rivals) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const made = await heldCourse(2);
      const events = [givingUp(made.all, IN_TIME), ...rivals(made)];
      await atOnce(round % 2 === 0 ? events : events.reverse());
      for (const { purchase } of made.all) {
        const ends = await saidOf(purchase.holdId);
        expect(
          ends.filter(({ type }) => type === holdRefunded.type || type === holdReleased.type),
        ).toHaveLength(1);
      }
      const answers = await answersTo(made.first.purchase);
      const given = new Set(answers.flatMap(({ data }) => data.refunded.map(({ holdId }) => holdId)));
      const rows = await at.db('holds').where({ purchase_id: made.purchaseId }).orderBy('id');
      const cancelled = await at
        .db('decisions')
        .whereIn(
          'hold_id',
          rows.map(({ id }) => id),
        )
        .where({ reason: 'cancelled' })
        .pluck('hold_id');
      expect(new Set(cancelled)).toEqual(given);
    }
  });

  test('with its own funds-held it is answered or waits, and never refused', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const made = course(2);
      await made.known();
      const request = givingUp(made.all, IN_TIME);
      const outcomes = await atOnce([request, ...made.all.map(({ purchase }) => purchase.event)]);
      const outcome = outcomes[0]![request.id];
      const answers = await answersTo(made.first.purchase);
      expect(answers).toHaveLength(outcome === 'notYet' ? 0 : 1);
      for (const { data } of answers) expect(data.refunded).toHaveLength(2);
      await tell(at.db, again(request));
      expect(await statusOf(made.first.purchase)).toBe('refunded');
    }
  });
});

test('in whatever order the facts of a course come, each hold ends once and whoever asked too late has nothing back', async () => {
  const drawn = fc.record({
    order: fc.infiniteStream(fc.nat(1_000)),
    asked: fc.array(fc.constantFrom(IN_TIME, '2026-11-20T08:00:00.000Z', LATE, END), {
      minLength: 1,
      maxLength: 3,
    }),
    ends: fc.array(
      fc.constantFrom<'attended' | 'missed' | 'doubt' | 'cancelled' | 'open'>(
        'attended',
        'missed',
        'doubt',
        'cancelled',
        'open',
      ),
      {
        minLength: 3,
        maxLength: 3,
      },
    ),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ order, asked, ends }) => {
      const made = course(3);
      const { studentId } = made;
      const requests = [...new Set(asked)].map((requestedAt) => givingUp(made.all, requestedAt));
      const facts = made.all.flatMap(({ one, purchase }, index) => {
        const end = ends[index]!;
        if (end === 'open') return [one.scheduled(), purchase.event];
        if (end === 'cancelled') return [one.scheduled(), purchase.event, one.cancelled()];
        const seconds = end === 'attended' ? 3600 : end === 'missed' ? 0 : ([0, 3600] as const);
        return [one.scheduled(), purchase.event, one.started(), one.completed({ [studentId]: seconds })];
      });
      const told = [user(made.first.one.teacherId, 'teacher'), ...facts, ...requests, ...requests.map(again)]
        .map((event) => ({ event, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ event }) => event);
      const early: Envelope[] = [];
      for (const event of told)
        if ((await tell(at.db, event))[event.id] === 'notYet') early.push(again(event));
      await tell(at.db, ...early);

      const answers = await answersTo(made.first.purchase);
      expect(answers).toHaveLength(2 * requests.length);
      const given = answers.filter(({ data }) => data.refunded.length > 0);
      expect(new Set(given.map(({ data }) => data.requestedAt)).size).toBeLessThanOrEqual(3);
      for (const { data } of given) expect(data.requestedAt < LATE).toBe(true);
      const back = new Set(given.flatMap(({ data }) => data.refunded.map(({ holdId }) => holdId)));
      for (const [index, { purchase }] of made.all.entries()) {
        const said = await saidOf(purchase.holdId);
        const endings = said.filter(({ type }) => type === holdRefunded.type || type === holdReleased.type);
        const inTime = requests.some(({ data }) => data.requestedAt < LATE);
        const isOpen = !inTime && (ends[index] === 'open' || ends[index] === 'doubt');
        expect(endings).toHaveLength(isOpen ? 0 : 1);
        const reason = (endings[0]?.data as { reason: string } | undefined)?.reason;
        expect(reason === 'cancelled').toBe(back.has(purchase.holdId));
        if (inTime && (ends[index] === 'open' || ends[index] === 'doubt')) expect(reason).toBe('cancelled');
      }
    }),
    { seed: 20_261_120, numRuns: 25 },
  );
});
