import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { holdReleased } from '@rollcall/contracts/events/settlement';
import type { Database } from '@rollcall/kit/database';
import { emitted, type TestDatabase, testDatabase, workOf } from '@rollcall/kit/testing';
import { settlementLag } from '../src/queries.js';
import { takeUnpaid } from '../src/store/decisions.js';
import { sweep } from '../src/use-cases/sweep.js';
import { aClass, migrations, paid, policy, tell, user } from './stage.js';

let at: TestDatabase;
beforeEach(async () => {
  at = await testDatabase(migrations);
  await policy(at.db, 1, 'referred-teacher-30', '1970-01-01T00:00:00Z');
});
afterEach(() => at.close());

const MINUTE = 60_000;
const sweepAt = (now: Date) => sweep({ db: at.db, now, inWork: (run) => workOf(at.db, run, now) });
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
    expect(await sweepAt(inMinutes(0))).toEqual({ users: 0, sessions: 1, sentAgain: 0 });
    expect((await emitted(at.db, holdReleased)).map((event) => event.subject)).toEqual([purchase.holdId]);
    expect(await sweepAt(inMinutes(0))).toEqual({ users: 0, sessions: 0, sentAgain: 0 });
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

  test('leaves alone what waits for a user nobody has heard of, and a session that is not over', async () => {
    const one = aClass();
    const purchase = one.bought();
    await tell(at.db, purchase.event, one.completed({ [purchase.studentId]: 3600 }));
    await bought();
    expect(await sweepAt(inMinutes(0))).toEqual({ users: 0, sessions: 0, sentAgain: 0 });
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
    ['commission is what the rate says, half up', 'update decisions set commission = 1, teacher = 999'],
    ['a hold ends by one decision and nothing is decided after it', 'update holds set decision_version = 0'],
    [
      'no hold waits for a user we know longer than the sweep needs',
      `update holds set status = 'held', decided_at = null, decision_version = null, commission_case = null,
              commission_rate = null, referrer_share = null, waits_for = teacher_id,
              created_at = now() - interval '12 minutes'`,
    ],
    [
      'every decision is paid or was sent again lately',
      "update holds set sent_at = now() - interval '12 minutes'",
    ],
    [
      'no hold of a session that is over waits longer than the sweep needs',
      `with a as (update holds set status = 'review', decided_at = null)
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
