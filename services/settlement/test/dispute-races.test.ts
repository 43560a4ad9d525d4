import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Envelope } from '@rollcall/contracts/event';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import { type TestDatabase, testApp, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { routes } from '../src/routes.js';
import { type Resolution, stageOf } from './disputing.js';
import { brokenInvariants, config, migrations, payAll, policy } from './stage.js';

let at: TestDatabase;
let stage: ReturnType<typeof stageOf>;
beforeAll(async () => {
  at = await testDatabase(migrations);
  stage = stageOf(at.db, await testApp(routes({ db: at.db, config })));
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterAll(() => at.close());

const ROUNDS = 12;
const ENDS = [holdReleased.type, holdRefunded.type];
const endsOf = async (holdId: string) =>
  (await stage.saidOf(holdId)).filter(({ type }) => (ENDS as string[]).includes(type));

test('a dispute and the end of the class: the hold is settled or disputed first, and never ends while disputed', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const hold = await stage.held();
    const acts = [() => stage.dispute(hold.holdId, hold.studentId), () => hold.complete(3600)];
    const [first, second] = round % 2 === 0 ? acts : acts.toReversed();
    await Promise.all([first!(), second!()]);
    const [{ id, decision_version }] = await stage.disputesOf(hold.holdId);
    const { status } = await stage.holdRow(hold.holdId);
    expect([status, decision_version, (await endsOf(hold.holdId)).length]).toEqual(
      status === 'disputed' ? ['disputed', 0, 0] : ['released', 1, 1],
    );
    await payAll(at.db);
    expect((await stage.resolve(id, { outcome: 'refund' })).status).toBe(200);
    expect(await stage.holdRow(hold.holdId)).toMatchObject({ status: 'refunded' });
    expect(await endsOf(hold.holdId)).toHaveLength(1);
  }
  expect(await brokenInvariants(at.db)).toEqual([]);
});

test('student and teacher at once, and with a key or without: one dispute', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { one, holdId, studentId } = await stage.ended(3600);
    const answers = await Promise.all([
      stage.dispute(holdId, studentId),
      stage.dispute(holdId, one.teacherId, 'teacher'),
      stage.dispute(holdId, studentId),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await stage.disputesOf(holdId)).toHaveLength(1);
  }
});

test('however many admins resolve at once, one does, and the hold is corrected once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { holdId, disputeId } = await stage.disputed(await stage.ended(3600));
    const answers = await Promise.all(
      (['refund', 'release', 'refund'] as const).map((outcome) => stage.resolve(disputeId, { outcome })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const { status } = await stage.holdRow(holdId);
    const corrections = (await stage.saidOf(holdId)).filter(({ type }) => type === holdCorrected.type);
    expect(corrections).toHaveLength(status === 'refunded' ? 1 : 0);
  }
  expect(await brokenInvariants(at.db)).toEqual([]);
});

const SHARES = ['teacher', 'commission', 'referral', 'refund'] as const;
type Share = (typeof SHARES)[number];
type Money = { readonly amount: number };
type Said = Record<Share, Money> & {
  readonly transfers?: readonly { readonly from: Share; readonly to: Share; readonly amount: Money }[];
};

/** What everybody has by what was said, as the wallet adds it up. */
function ledgerOf(said: readonly Envelope[]): Record<Share, number> {
  const has = { teacher: 0, commission: 0, referral: 0, refund: 0 };
  for (const { type, data } of said as Envelope<Said>[]) {
    if (ENDS.some((one) => one === type)) for (const share of SHARES) has[share] += data[share].amount;
    for (const { from, to, amount } of data.transfers ?? []) {
      has[from] -= amount.amount;
      has[to] += amount.amount;
    }
  }
  return has;
}

test('whatever is seen, disputed, amended and resolved, what was said adds up to the hold and to the decision that stands', async () => {
  const resolution: fc.Arbitrary<Resolution> = fc.oneof(
    fc.constantFrom({ outcome: 'release' as const }, { outcome: 'refund' as const }),
    fc.nat(10_000).map((share) => ({ outcome: 'split' as const, teacherPercent: share / 100 })),
  );
  const seconds = fc.oneof(fc.constant(0), fc.constant(3600), fc.constant([1, 3600] as const));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(5000),
      fc.boolean(),
      seconds,
      fc.array(fc.tuple(fc.constantFrom<'student' | 'teacher'>('student', 'teacher'), seconds, resolution), {
        maxLength: 3,
      }),
      async (amount, early, first, steps) => {
        const hold = await stage.held({ amount });
        const complete = () => hold.complete(first);
        if (!early) await complete();
        for (const [index, [role, now, how]] of steps.entries()) {
          const id = role === 'student' ? hold.studentId : hold.one.teacherId;
          await stage.dispute(hold.holdId, id, role);
          if (early && index === 0) await complete();
          await payAll(at.db);
          const open = (await stage.disputesOf(hold.holdId)).find(({ status }) => status === 'open');
          if (open !== undefined) expect((await stage.resolve(open.id, how)).status).toBe(200);
          await payAll(at.db);
          await hold.amend(index + 2, now);
        }
        const row = await stage.holdRow(hold.holdId);
        const has = ledgerOf(await stage.saidOf(hold.holdId));
        const total = SHARES.reduce((sum, share) => sum + has[share], 0);
        expect(total).toBe(row.decided_at === null ? 0 : amount);
        if (row.decided_at === null) return;
        const [stands] = await at
          .db('decisions')
          .where({ hold_id: hold.holdId, version: row.decision_version })
          .select(...SHARES);
        expect(has).toEqual(stands);
      },
    ),
    { seed: 20_261_127, numRuns: 25 },
  );
  expect(await brokenInvariants(at.db)).toEqual([]);
});
