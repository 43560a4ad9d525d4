/** What was recorded before there were labels and corrections is read as it would be recorded now. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { testDatabase } from '@rollcall/kit/testing';
import { migrations } from './support.js';

const TEN = '2026-11-20T10:00:00Z';
const people: [label: string, seconds: number, max: number, firstSeen: string | null][] = [
  ['present', 720, 720, TEN],
  ['absent', 719, 719, TEN],
  ['late', 2880, 2880, '2026-11-20T10:10:00.001Z'],
  ['present', 2880, 2880, '2026-11-20T10:10:00.000Z'],
  ['review', 1, 3600, TEN],
  ['absent', 0, 0, null],
];

test('results of the first version get their start and their labels', async () => {
  const { db, close } = await testDatabase();
  const apply = (file: string) =>
    db.raw(readFileSync(new URL(file, migrations), 'utf8').replaceAll('?', '\\?'));
  await apply('0001_attendance.sql');
  const session_id = newId();
  await db.raw(
    `insert into sessions (id, course_id, number, teacher_id, starts_at, duration_minutes, ends_at, deadline_at, version,
                           completed_at, latest_version)
     values (:id, :other, 1, :other, :ten, 60, :ten::timestamptz + interval '1 h', :ten::timestamptz + interval '2 h', 1,
             now(), 2)`,
    { id: session_id, other: newId(), ten: TEN },
  );
  for (const observed of [true, false]) {
    const version = observed ? 1 : 2;
    await db('results').insert({
      session_id,
      version,
      cause: 'deadline',
      scheduled_seconds: 3600,
      observed,
      ended_at: TEN,
      figures_sha256: Buffer.alloc(32),
      created_at: TEN,
    });
    for (const [n, [, seconds, max_seconds, first_seen_at]] of people.entries()) {
      const figures = {
        seconds,
        max_seconds,
        overlap_seconds: 0,
        first_seen_at,
        intervals: '[]',
        disconnects: '[]',
      };
      await db('records').insert({ session_id, version, user_id: `${n}`, role: 'participant', ...figures });
    }
  }
  await apply('0002_by_hand.sql');
  const labels = (version: number) => db('records').where({ version }).orderBy('user_id').pluck('status');
  expect(await labels(1)).toEqual(people.map(([label]) => label));
  expect(await labels(2)).toEqual(people.map(() => 'review'));
  expect(await db('results').pluck('starts_at')).toEqual([new Date(TEN), new Date(TEN)]);
  await expect(db('records').delete()).rejects.toThrow(/append-only/);
  await expect(db('results').delete()).rejects.toThrow(/append-only/);
  await close();
});
