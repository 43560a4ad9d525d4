/** How entries come to their places in the ledger, with rivals, late commits and leaders that die. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { type Lead, lead } from '@rollcall/kit/leader';
import { quietLog, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import fc from 'fast-check';
import { verificationOf } from '../src/queries/ledger.js';
import { sealBatch } from '../src/sealer.js';
import { readPlace } from '../src/store/seals.js';
import { adjust, brokenInvariants, ending, migrations, purchase, send, user } from './fixtures.js';
import { allSealed, seal, sealerOf, sealsOf, until } from './sealing.js';

let test_: TestDatabase;
const db = () => test_.db;
beforeEach(async () => {
  test_ = await testDatabase(migrations);
});
afterEach(async () => {
  expect(await brokenInvariants(db())).toEqual({});
  await test_.close();
});

const entry = (tx: Database, id = newId()) =>
  tx('entries').insert({
    ...{ id, type: 'admin_credit', reference_type: 'adjustment', reference_id: newId(), at: new Date() },
  });

let locks = 1;
/** A leader of an office of its own, which keeps nobody else from leading. */
async function aLead(): Promise<Lead> {
  locks += 1;
  const office = { name: 'rival', lock: locks, durable: true };
  return (await lead({ office, databaseUrl: test_.url, log: quietLog, wake: () => undefined })) as Lead;
}

/** The chain is whole, and every entry has exactly one place. */
async function expectWhole(): Promise<void> {
  const [{ count }] = (await db()('entries').count()) as [{ count: number }];
  const seals = await sealsOf(db());
  expect(seals.map(({ seq }) => seq)).toEqual(seals.map((_, index) => index + 1));
  expect(new Set(seals.map(({ entry_no: no }) => no)).size).toBe(Number(count));
  expect(await verificationOf(db(), { from: 1 })).toMatchObject({ valid: true, count: seals.length });
}

test('an entry that commits late comes later, and is not skipped', async () => {
  const late = await db().transaction();
  await entry(late);
  await entry(db());
  await seal(test_);
  expect(await sealsOf(db())).toHaveLength(1);

  await late.commit();
  await seal(test_);
  const numbers = (await sealsOf(db())).map(({ entry_no: no }) => no);
  expect(numbers).toHaveLength(2);
  expect(numbers[1]).toBeLessThan(numbers[0] as number);
  await expectWhole();
});

test('what was rolled back leaves no hole', async () => {
  for (const end of ['rollback', 'commit', 'rollback', 'commit'] as const) {
    const tx = await db().transaction();
    await entry(tx);
    await tx[end]();
  }
  await seal(test_);
  await expectWhole();
});

test('entries that never cease to come are sealed all the same', async () => {
  const sealer = sealerOf(test_.url);
  await until('a seal, while they come', async () => {
    await entry(db());
    return (await sealsOf(db())).length > 0;
  });
  await sealer.stop();
  expect((await sealsOf(db())).length).toBeGreaterThan(1); // together, of those that had gathered
});

test('of two leaders with the same place one writes; the other is refused and nothing is written twice', async () => {
  await entry(db());
  const rivals = [await aLead(), await aLead()];
  const place = await readPlace((rivals[0] as Lead).query);
  const outcomes = await Promise.allSettled(rivals.map(({ query }) => sealBatch(query, place, new Date())));
  await Promise.all(rivals.map((rival) => rival.end()));
  // One that looked when the other had written found nothing to seal.
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  await expectWhole();
});

test('a leader that woke up after another one sealed is refused', async () => {
  const sleeper = await aLead();
  const { query } = sleeper;
  await entry(db());
  const stale = await readPlace(query);
  await seal(test_);
  await entry(db());
  await expect(sealBatch(query, stale, new Date())).rejects.toThrow(/seals_pkey|duplicate key/);
  await sleeper.end();
  await seal(test_);
  await expectWhole();
});

test('every committed entry is sealed exactly once while leaders are killed under a crowd of writers', async () => {
  const sealers = [0, 1, 2].map(() => sealerOf(test_.url));
  const students = await Promise.all([0, 1, 2, 3].map(() => user(db(), { credits: 100_000 })));
  let writing = true;
  const killing = (async () => {
    for (let kills = 0; writing && kills < 20; kills += 1) {
      await until('one leads', () => !writing || sealers.some((sealer) => sealer.leads()));
      await db().raw(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sealer' and datname = current_database()",
      );
    }
  })();
  for (let round = 0; round < 15; round += 1) {
    const bought = students.map((student) => purchase(student, [100, 250]));
    await Promise.all(bought.map((one) => send(db(), one)));
    await Promise.all([
      ...bought.map((one) => send(db(), ending(one, { teacher: 70, commission: 30 }))),
      ...students.map((userId) => adjust(db(), { userId, amount: 5 })),
      db()
        .transaction(async (tx) => {
          await entry(tx);
          throw new Error('thrown away');
        })
        .catch(() => undefined),
    ]);
  }
  writing = false;
  await killing;
  await allSealed(db());
  await Promise.all(sealers.map((sealer) => sealer.stop()));
  await expectWhole();
}, 120_000);

test('one of two replicas leads, and the other when it has stopped', async () => {
  const first = sealerOf(test_.url);
  await until('the first leads', () => first.leads());
  const second = sealerOf(test_.url);
  await entry(db());
  await allSealed(db());
  expect(second.leads()).toBe(false);
  await first.stop();
  await until('the second leads', () => second.leads());
  await entry(db());
  await allSealed(db());
  await second.stop();
  await expectWhole();
});

test('in whatever order transactions begin and end, each that commits has one place, after all it could see', async () => {
  type Step = { at: number; commits: boolean; seals: boolean };
  const steps = fc.array(fc.record({ at: fc.nat({ max: 3 }), commits: fc.boolean(), seals: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (plan: Step[]) => {
      const open = new Map<number, Database & { commit(): Promise<void>; rollback(): Promise<void> }>();
      const { query, end } = await aLead();
      const before = new Set((await sealsOf(db())).map(({ entry_no: no }) => no));
      for (const { at, commits, seals } of plan) {
        const tx = open.get(at);
        if (tx === undefined) {
          const begun = await db().transaction();
          await entry(begun);
          open.set(at, begun as never);
        } else {
          await (commits ? tx.commit() : tx.rollback());
          open.delete(at);
        }
        if (seals) await sealBatch(query, await readPlace(query), new Date());
      }
      for (const tx of open.values()) await tx.rollback();
      await sealBatch(query, await readPlace(query), new Date());
      await end();
      expect((await sealsOf(db())).length).toBeGreaterThanOrEqual(before.size);
      await expectWhole();
    }),
    { numRuns: 15 },
  );
}, 120_000);

test('the database refuses a gap, a seal of nothing, and any change of a seal', async () => {
  await entry(db());
  await seal(test_);
  const id = newId();
  await entry(db(), id);
  const row = { seq: 2, entry_id: id, hash: Buffer.alloc(32), sealed_at: new Date('2100-01-01') };
  const add = (more: object) => db()('seals').insert({ ...row, ...more });
  await expect(add({ seq: 3 })).rejects.toThrow('a seal follows the one before it, without a gap');
  await expect(add({ sealed_at: new Date('2000-01-01') })).rejects.toThrow(
    'a seal follows the one before it',
  );
  await expect(add({ entry_id: newId() })).rejects.toThrow('a seal needs its entry');
  await expect(db()('seals').update({ seq: 7 })).rejects.toThrow('only ever added to');
  await expect(db()('seals').delete()).rejects.toThrow('only ever added to');
  await expect(
    db()('seal_checkpoints')
      .insert({ seq: 1, balances: '[]' })
      .then(() => db()('seal_checkpoints').delete()),
  ).rejects.toThrow('only ever added to');
});
