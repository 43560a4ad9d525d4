/** The daily word on solvency: one a day, as of its end, also for days that were missed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SolvencyReport } from '@rollcall/contracts/api/finance';
import { newId } from '@rollcall/kit/id';
import { lead } from '@rollcall/kit/leader';
import { quietLog, type TestDatabase, testApp, testDatabase, token, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { solvency } from '../src/queries/balances.js';
import { routes } from '../src/routes.js';
import { sealBatch } from '../src/sealer.js';
import { readPlace } from '../src/store/seals.js';
import { reportSolvency } from '../src/use-cases/report-solvency.js';
import { adjust, brokenInvariants, config, migrations, user } from './fixtures.js';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await testDatabase(migrations);
});
afterAll(() => test_.close());

/** Something credited and sealed at a moment. */
async function creditedAt(time: string, amount: number): Promise<void> {
  await adjust(test_.db, { userId: await user(test_.db), amount });
  const office = { name: 'test', lock: 77, durable: true };
  const mine = (await lead({ office, databaseUrl: test_.url, log: quietLog, wake: () => undefined }))!;
  await sealBatch(mine.query, await readPlace(mine.query), new Date(time));
  await mine.end();
}
const reportAt = (time: string) => workOf(test_.db, reportSolvency, new Date(time));

async function history(query = ''): Promise<{ data: SolvencyReport[]; nextCursor: string | null }> {
  const app = await testApp(routes({ db: test_.db, config }));
  const authorization = `Bearer ${await token({ id: newId(), roles: ['finance'] })}`;
  return (await request(app).get(`/api/v1/finance/solvency/history?${query}`).set({ authorization })).body;
}

test('a day is stored once it has ended, once, as it stood at its end; missed days are made up for as they were', async () => {
  expect(await reportAt('2026-11-01T00:05:00Z')).toEqual([]); // nothing is sealed yet
  await creditedAt('2026-11-01T10:00:00Z', 100);
  expect(await reportAt('2026-11-01T23:05:00Z')).toEqual([]);
  await creditedAt('2026-11-02T00:00:00.001Z', 20);
  expect(await reportAt('2026-11-02T00:05:00Z')).toEqual(['2026-11-01']);
  expect(await reportAt('2026-11-02T01:05:00Z')).toEqual([]);
  await creditedAt('2026-11-03T12:00:00Z', 3);
  const rivals = await Promise.allSettled([1, 2].map(() => reportAt('2026-11-05T00:05:00Z')));
  expect(rivals.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);

  const { data } = await history();
  expect(data.map(({ day, seq, currencies }) => [day, seq, currencies[0]?.owed.total])).toEqual([
    ['2026-11-04', 3, 123],
    ['2026-11-03', 3, 123],
    ['2026-11-02', 2, 120],
    ['2026-11-01', 1, 100],
  ]);
  expect(data[3]).toMatchObject({ asOf: '2026-11-02T00:00:00.000Z', createdAt: '2026-11-02T00:05:00.000Z' });
  for (const { day: _day, createdAt: _createdAt, ...stored } of data)
    expect(stored).toEqual(await solvency(test_.db, stored.asOf));
  const { nextCursor } = await history('limit=3');
  expect((await history(`limit=3&cursor=${nextCursor}`)).data.map(({ day }) => day)).toEqual(['2026-11-01']);
  expect(await brokenInvariants(test_.db)).toEqual({});
});

test('a stored day cannot be changed, and one that says something else is found', async () => {
  const { db } = test_;
  await expect(db('solvency_reports').update({ seq: 0 })).rejects.toThrow('only ever added to');
  await expect(db('solvency_reports').delete()).rejects.toThrow('only ever added to');
  const tx = await db.transaction();
  await tx.raw('set local session_replication_role = replica'); // past the triggers
  const wrong = { owed: { total: 1, figures: { credits: 1 } }, held: { total: 0, figures: {} } };
  const currencies = JSON.stringify([
    { currency: 'USD', ...wrong, surplus: 7, explainedBy: {}, solvent: true },
  ]);
  await tx('solvency_reports').where({ day: '2026-11-04' }).update({ currencies });
  await tx('solvency_reports').where({ day: '2026-11-02' }).delete();
  expect(Object.keys(await brokenInvariants(tx))).toEqual([
    'a stored report on solvency says what was sealed by the end of its day',
    'a stored report on solvency balances, and there is one for each day',
  ]);
  await tx.rollback();
});
