import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { holdReleased, resultRequested } from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import type { Logger } from '@rollcall/kit/log';
import { emitted, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { openReviewCount, reviewAge, settlementLag } from '../src/queries/gauges.js';
import { schedule } from '../src/schedule.js';
import { takeUnpaid } from '../src/store/decisions.js';
import { openDispute } from '../src/use-cases/open-dispute.js';
import { sweep } from '../src/use-cases/sweep.js';
import { aClass, again, END, migrations, paid, policy, tell, user } from './stage.js';

let at: TestDatabase;
beforeEach(async () => {
  at = await testDatabase(migrations);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterEach(() => at.close());

const MINUTE = 60_000;
const sweepAt = (now: Date) => sweep({ db: at.db, now, inWork: (run) => workOf(at.db, run, now) });
const NOTHING = { users: 0, sessions: 0, amended: 0, sentAgain: 0, asked: 0 };
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE);

/** Takes back a judgement as if it had never been made: what a lost message or a restored backup leaves behind. */
const unjudge = async (db: Database) => {
  await db.raw('alter table decisions disable trigger user');
  await db.raw('alter table holds disable trigger user');
  await db('decisions').delete();
  await db('holds').update({ status: 'held', decision_version: null, decided_at: null, sent_at: null });
  await db('outbox').delete();
};

const bought = async () => {
  const one = aClass();
  const purchase = one.bought();
  await tell(at.db, user(one.teacherId, 'teacher'), purchase.event);
  return { one, purchase, done: one.completed({ [purchase.studentId]: 3600 }) };
};

describe('the sweep', () => {
  test('judges the holds of a completed session that nobody judged', async () => {
    const { purchase, done } = await bought();
    await tell(at.db, done);
    await unjudge(at.db);
    expect(await sweepAt(inMinutes(0))).toEqual({ ...NOTHING, sessions: 1 });
    expect((await emitted(at.db, holdReleased)).map((event) => event.subject)).toEqual([purchase.holdId]);
    expect(await sweepAt(inMinutes(0))).toEqual(NOTHING);
  });

  test('refunds the holds of a cancelled session that nobody refunded', async () => {
    const { one, purchase } = await bought();
    await tell(at.db, one.cancelled());
    await unjudge(at.db);
    expect(await sweepAt(inMinutes(0))).toMatchObject({ sessions: 1 });
    expect(await at.db('holds').where({ id: purchase.holdId }).first('status')).toEqual({
      status: 'refunded',
    });
  });

  test('takes up holds that wait for a user who is known', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, purchase.event, one.completed({ [purchase.studentId]: 3600 }));
    await at
      .db('users')
      .where({ id: one.teacherId })
      .update({ version: 1, roles: ['teacher'] });
    expect(await sweepAt(inMinutes(0))).toMatchObject({ users: 1 });
    expect(await at.db('holds').where({ id: purchase.holdId }).first('status')).toEqual({
      status: 'released',
    });
  });

  test('freezes the terms also of what went back without them, and nothing moves', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, purchase.event, one.cancelled());
    await at
      .db('users')
      .where({ id: one.teacherId })
      .update({ version: 1, roles: ['teacher'] });
    const said = (await emitted(at.db)).length;
    expect(await sweepAt(inMinutes(0))).toEqual({ ...NOTHING, users: 1 });
    expect(await at.db('holds').where({ id: purchase.holdId }).first()).toMatchObject({
      ...{ status: 'refunded', decision_version: 1, waits_for: null, commission_rate: expect.any(Number) },
    });
    expect((await emitted(at.db)).length).toBe(said);
    expect(await sweepAt(inMinutes(0))).toEqual(NOTHING);
  });

  test('leaves alone what waits for a user nobody has heard of, and a session that is not over', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, purchase.event, one.completed({ [purchase.studentId]: 3600 }));
    await bought();
    expect(await sweepAt(inMinutes(0))).toEqual(NOTHING);
  });

  test('sends a decision that is not paid after five minutes again, the same under a new event id', async () => {
    const { done } = await bought();
    await tell(at.db, done);
    expect(await sweepAt(inMinutes(4))).toMatchObject({ sentAgain: 0 });
    expect(await sweepAt(inMinutes(6))).toMatchObject({ sentAgain: 1 });
    expect(await sweepAt(inMinutes(7))).toMatchObject({ sentAgain: 0 });
    const [first, second] = await emitted(at.db, holdReleased);
    expect(second?.data).toEqual(first?.data);
    expect(second?.aggregateversion).toBe(first?.aggregateversion);
    expect(second?.id).not.toBe(first?.id);

    await tell(at.db, paid(first!.data));
    expect(await sweepAt(inMinutes(20))).toMatchObject({ sentAgain: 0 });
  });

  test('sends a decision that nobody pays again ever more seldom, and still after days', async () => {
    const { done } = await bought();
    await tell(at.db, done);
    const sentIn = async (fromMinute: number, toMinute: number) => {
      let sent = 0;
      for (let minute = fromMinute; minute <= toMinute; minute += 6)
        sent += (await sweepAt(inMinutes(minute))).sentAgain;
      return sent;
    };
    expect(await sentIn(6, 8 * 60)).toBeLessThanOrEqual(7);
    await sentIn(8 * 60, 48 * 60);
    expect(await sentIn(48 * 60, 72 * 60)).toBeGreaterThanOrEqual(3);
    const [held] = await emitted(at.db, holdReleased);
    await tell(at.db, paid(held!.data));
  });

  test('sends a decision again whose message was deleted before it left', async () => {
    const { purchase, done } = await bought();
    await tell(at.db, done);
    const [lost] = await emitted(at.db, holdReleased);
    await at.db('outbox_unpublished').delete();
    await at.db('outbox').delete();
    expect(await sweepAt(inMinutes(6))).toEqual({ ...NOTHING, sentAgain: 1 });
    const [found] = await emitted(at.db, holdReleased);
    expect(found).toMatchObject({ subject: purchase.holdId, data: lost!.data });
    await tell(at.db, paid(found!.data));
    expect(await sweepAt(inMinutes(60))).toEqual(NOTHING);
  });

  test('goes on past a session it cannot judge, and says so at the end', async () => {
    const [broken, sound, unpaid] = [await bought(), await bought(), await bought()];
    await tell(at.db, broken.done, sound.done);
    await unjudge(at.db);
    await at.db('holds').where({ id: broken.purchase.holdId }).update({ currency: 'XXX' });
    await tell(at.db, unpaid.done);
    await expect(sweepAt(inMinutes(6))).rejects.toThrow('1 gaps could not be mended');
    const said = (await emitted(at.db, holdReleased)).map((event) => event.subject);
    expect(said.sort()).toEqual(
      [unpaid.purchase.holdId, sound.purchase.holdId, unpaid.purchase.holdId].sort(),
    );
  });

  test('a second sweep neither repeats what the first has in hand nor waits for it', async () => {
    const { done } = await bought();
    await tell(at.db, done);
    const now = inMinutes(6);
    await workOf(at.db, async (work) => {
      expect(await takeUnpaid(work.tx, { sentBefore: inMinutes(1), now, limit: 10 })).toHaveLength(1);
      expect(await sweepAt(now)).toMatchObject({ sentAgain: 0 });
    });
  });
});

describe('a result that never came', () => {
  const afterEnd = (minutes: number) => new Date(Date.parse(END) + minutes * MINUTE);
  const requests = async () => (await emitted(at.db, resultRequested)).map(({ data }) => data.sessionId);
  const status = async (id: string) => (await at.db('holds').where({ id }).first('status')).status;
  const unheard = async () => {
    const one = await bought();
    await tell(at.db, one.one.scheduled());
    return one;
  };

  test('is asked for where every hold is disputed, too: who decides them is to know what was seen', async () => {
    const { one, purchase } = await unheard();
    const { holdId, studentId: userId } = purchase;
    await workOf(at.db, (work) => openDispute(work, { holdId, userId, reason: 'no sound', windowHours: 1 }));
    expect(await sweepAt(afterEnd(91))).toEqual({ ...NOTHING, asked: 1 });
    expect(await requests()).toEqual([one.sessionId]);
    expect(await status(holdId)).toBe('disputed');
  });

  test('is asked for 90 minutes after the end, and again half an hour later, until it is said', async () => {
    const { one, purchase, done } = await unheard();
    expect(await sweepAt(afterEnd(89))).toEqual(NOTHING);
    expect(await sweepAt(afterEnd(91))).toEqual({ ...NOTHING, asked: 1 });
    expect(await sweepAt(afterEnd(96))).toEqual(NOTHING);
    expect(await sweepAt(afterEnd(122))).toEqual({ ...NOTHING, asked: 1 });
    expect(await requests()).toEqual([one.sessionId, one.sessionId]);
    expect(await status(purchase.holdId)).toBe('held');
    await tell(at.db, again(done));
    expect(await status(purchase.holdId)).toBe('released');
    await tell(at.db, paid((await emitted(at.db, holdReleased))[0]!.data));
    expect(await sweepAt(afterEnd(200))).toEqual(NOTHING);
  });

  test('settles the holds also when a newer version is the first that is heard', async () => {
    const { one, purchase, done } = await unheard();
    expect(await sweepAt(afterEnd(91))).toMatchObject({ asked: 1 });
    await tell(at.db, one.amended(2, { [purchase.studentId]: 60 }));
    expect(await status(purchase.holdId)).toBe('refunded');
    await tell(at.db, done);
    expect(await status(purchase.holdId)).toBe('refunded');
    expect(await openReviewCount(at.db)).toBe(0);
  });

  test('is asked for also when the hold waits for a user nobody has heard of', async () => {
    const one = aClass();
    await tell(at.db, one.scheduled(), one.bought().event);
    expect(await sweepAt(afterEnd(91))).toMatchObject({ asked: 1 });
  });

  test('is not asked for where no money waits: cancelled, not sold, moved', async () => {
    const [cancelled, moved] = [await unheard(), await unheard()];
    await tell(at.db, cancelled.one.cancelled(), aClass().scheduled());
    await tell(at.db, moved.one.rescheduled(afterEnd(60).toISOString()));
    expect(await sweepAt(afterEnd(91))).toMatchObject({ asked: 0 });
  });

  test('is asked for by one of two sweeps at once', async () => {
    await unheard();
    const both = await Promise.all([sweepAt(afterEnd(91)), sweepAt(afterEnd(91))]);
    expect(both.map(({ asked }) => asked).sort()).toEqual([0, 1]);
  });

  test('counts as lag from when it was due', async () => {
    await unheard();
    const endedAgo = (minutes: number) =>
      at.db('sessions').update({ ends_at: at.db.raw(`now() - interval '${minutes} minutes'`) });
    await at.db('holds').update({ created_at: at.db.raw("now() - interval '1 day'") });
    await endedAgo(89);
    expect(await settlementLag(at.db)).toBe(0);
    await endedAgo(95);
    expect(Math.round(await settlementLag(at.db))).toBe(300);
  });
});

test('the lag is the age of the oldest thing not judged or not paid, and nothing when all is', async () => {
  expect(await settlementLag(at.db)).toBe(0);
  const { done } = await bought();
  expect(await settlementLag(at.db)).toBe(0);
  await tell(at.db, done);
  await at.db('holds').update({ decided_at: at.db.raw("now() - interval '90 seconds'") });
  expect(Math.round(await settlementLag(at.db))).toBe(90);
  await at.db('holds').update({ paid_at: at.db.fn.now() });
  expect(await settlementLag(at.db)).toBe(0);
});

test('the lag of a hold bought late begins with the hold, not with its session', async () => {
  const { one, done } = await bought();
  await tell(at.db, done);
  await at.db('holds').update({ paid_at: at.db.fn.now() });
  await at.db('sessions').update({ completed_at: at.db.raw("now() - interval '1 hour'") });
  await at.db('users').where({ id: one.teacherId }).update({ version: 0 });
  await tell(at.db, one.bought().event);
  expect(await settlementLag(at.db)).toBeLessThan(60);
  await at
    .db('holds')
    .where({ status: 'held' })
    .update({ created_at: at.db.raw("now() - interval '100 seconds'") });
  expect(Math.round(await settlementLag(at.db))).toBe(100);
});

test('a newer result nobody looked at counts as lag', async () => {
  const { done } = await bought();
  await tell(at.db, done);
  await at.db('holds').update({ paid_at: at.db.fn.now() });
  const facts_at = at.db.raw("now() - interval '40 seconds'");
  await at.db('sessions').update({ attendance_version: 2, facts_at });
  expect(Math.round(await settlementLag(at.db))).toBe(40);
});

describe('what waits for an admin', () => {
  const HOUR = 60 * MINUTE;
  /** One hold in review since now, one review of an amendment since an hour ago. */
  const waiting = async () => {
    const [doubtful, ended] = [await bought(), await bought()];
    await tell(at.db, doubtful.one.completed({ [doubtful.purchase.studentId]: [0, 3600] }), ended.done);
    await tell(at.db, ended.one.amended(2, {}));
    await at.db.raw('alter table reviews disable trigger user');
    await at.db('reviews').update({ opened_at: at.db.raw("now() - interval '1 hour'") });
    return { doubtful };
  };
  const alarms = async (now: Date) => {
    const warned: object[] = [];
    const log = { warn: (found: object) => warned.push(found) } as unknown as Logger;
    const [, alarm] = schedule({ SETTLEMENT_REVIEW_ALARM_HOURS: 24 });
    await alarm!.act({ db: at.db, now, log, inWork: (run) => workOf(at.db, run, now) });
    return warned;
  };

  test('shows how long the oldest has waited, and how much does', async () => {
    expect([await reviewAge(at.db), await openReviewCount(at.db)]).toEqual([0, 0]);
    const { doubtful } = await waiting();
    expect(Math.round(await reviewAge(at.db))).toBe(3600);
    expect(await openReviewCount(at.db)).toBe(1);
    await at
      .db('holds')
      .where({ status: 'review' })
      .update({ review_since: at.db.raw("now() - interval '2 hours'") });
    expect(Math.round(await reviewAge(at.db))).toBe(7200);
    // Judged again and still in doubt, it has waited since it first was.
    await tell(at.db, doubtful.one.amended(2, { [doubtful.purchase.studentId]: [1, 3600] }));
    expect(Math.round(await reviewAge(at.db))).toBe(7200);
  });

  test('raises an alarm when it waits longer than it may', async () => {
    await waiting();
    const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
    expect(await alarms(inHours(22.9))).toEqual([]);
    expect(await alarms(inHours(23.1))).toMatchObject([{ count: 1, hours: 24 }]);
    expect(await alarms(inHours(24.1))).toMatchObject([{ count: 2, oldestSeconds: expect.any(Number) }]);
  });
});

describe('the invariants', () => {
  const broken = async () => {
    const text = await readFile(new URL('../invariants.sql', import.meta.url), 'utf8');
    const names: string[] = [];
    for (const [, name, sql] of text.matchAll(/^-- name: (.+)\n([^;]+);/gm))
      if ((await at.db.raw(sql!)).rows.length > 0) names.push(name!);
    return names;
  };

  test('hold of classes of every ending', async () => {
    const classes = await Promise.all([bought(), bought(), bought()]);
    await tell(at.db, classes[0]!.done, classes[1]!.one.cancelled());
    expect(await broken()).toEqual([]);
  });

  test.each<[rule: string, harm: string]>([
    ["the parts of a decision sum to its hold's amount", 'update holds set amount = 999'],
    ["a hold's status is the outcome of its last decision", "update holds set status = 'refunded'"],
    ['a held hold has no decision', "update holds set status = 'held', decided_at = null"],
    ['the evidence of a decision says what was decided', 'update decisions set seconds = 719'],
    [
      "commission is what the rate says of the teacher's side, half up",
      'update decisions set commission = 1, teacher = 999',
    ],
    ["a hold's decision is its last", 'update holds set decision_version = 0'],
    [
      'a hold ends once, and what is decided after that corrects the decision before it',
      `insert into decisions (hold_id, version, outcome, reason, amount, teacher, commission, referral, refund,
                              commission_rate, policy_version, steps, decided_at)
       select id, 2, 'refunded', 'below-threshold', amount, 0, 0, 0, amount, 0, 1, '[]', now() from holds`,
    ],
    [
      'an open review questions the decision that stands, of an ended hold',
      `insert into reviews (id, hold_id, decision_version, attendance_version, outcome, reason, amount, teacher, commission,
                            referral, refund, commission_rate, observed, seconds, max_seconds, scheduled_seconds, percent,
                            steps, opened_at)
       select id, id, 1, 2, 'refunded', 'below-threshold', amount, 0, 0, 0, amount, 0, true, 0, 0, 3600, 0, '[]', now()
         from holds;
       update holds set status = 'held', decided_at = null, decision_version = null`,
    ],
    [
      'every newer result was held against the ended holds of its session',
      "update sessions set attendance_version = 2, facts_at = now() - interval '12 minutes'",
    ],
    [
      'no hold waits for a user we know longer than the sweep needs',
      `update holds set status = 'held', decided_at = null, decision_version = null, commission_case = null,
              commission_rate = null, referrer_share = null, waits_for = teacher_id,
              created_at = now() - interval '12 minutes'`,
    ],
    [
      'every result that is long due was asked for lately',
      `update holds set status = 'held', decided_at = null, decision_version = null,
              created_at = now() - interval '12 minutes';
       update sessions set completed_at = null, facts_at = null, ended_by = null, ends_at = now() - interval '102 minutes',
              asked_at = now() - interval '42 minutes'`,
    ],
    [
      'every decision is paid or was sent again lately',
      "update holds set sent_at = now() - interval '12 minutes'",
    ],
    [
      'no hold of a session that is over waits longer than the sweep needs',
      `with a as (update holds set status = 'review', decided_at = null, review_since = now())
       update sessions set cancelled_at = now() - interval '12 minutes'`,
    ],
  ])('find it when this breaks: %s', async (rule, harm) => {
    const { done } = await bought();
    await tell(at.db, done);
    await at.db.raw('alter table decisions disable trigger user');
    await at.db.raw('alter table holds disable trigger user');
    await at.db.raw(harm);
    expect(await broken()).toContain(rule);
  });
});
