import { expect, test } from '@jest/globals';
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import { castOf, findSession, type Session } from './cast.js';
import { readScenario, type ScenarioFile } from './scenario.js';

const DEMO = DEMO_ACCOUNTS.find(({ email }) => email === 'student@rollcall.test')!;
const found = {
  session: { id: 's', durationMinutes: 60, status: 'scheduled' },
  course: { teacherId: 'teacher' },
  buyers: ['one', 'two', DEMO.id],
} as unknown as Session;

const cast = (file: ScenarioFile, of = found) =>
  castOf(readScenario(file, 'mine'), of, async (email) => (email === 'known@x.test' ? 'known' : undefined));
const minutes = async (file: ScenarioFile) =>
  (await cast(file)).room.map(({ userId, connections }) => [
    userId,
    ...connections.map(({ to }) => to / 60_000),
  ]);

test('whoever bought comes as the others do unless named: by place, by e-mail, though he never bought', async () => {
  const students = { first: '0-10', 'student@rollcall.test': '0-20', 'known@x.test': '0-30', fifth: '0-40' };
  expect(await minutes({ students, others: '0-50' })).toEqual([
    ['teacher', 60],
    ['one', 10],
    ['two', 50],
    [DEMO.id, 20],
    ['known', 30],
  ]);
});

test('who stays away is not in the room', async () => {
  expect(await minutes({ teacher: 'absent', others: 'absent' })).toEqual([]);
});

test('somebody nobody knows is a mistake and not an absence', async () => {
  await expect(cast({ students: { 'nobody@x.test': '0-10' } })).rejects.toThrow(/nobody is known as/);
});

test("every ghost comes under every student's id, and every student sits elsewhere", async () => {
  const { room, elsewhere } = await cast({
    others: 'absent',
    ghosts: ['AGENT', 'hidden'],
    elsewhere: '0-end',
  });
  expect(room.slice(1).map(({ userId, as }) => [userId, as])).toEqual(
    found.buyers.flatMap((userId) => [
      [userId, 'AGENT'],
      [userId, 'hidden'],
    ]),
  );
  expect(elsewhere.map(({ userId }) => userId)).toEqual(found.buyers);
});

test('of those who bought something is expected, of each what is said of him first', async () => {
  const of = (counts: string) => ({ counts, status: 'present' as const, hold: 'released' as const });
  const { expected } = await cast({ expect: { students: { second: of('0-20') }, others: of('0-30') } });
  expect([...expected].map(([userId, { counts }]) => [userId, counts])).toEqual([
    ['one', '0-30'],
    ['two', '0-20'],
    [DEMO.id, '0-30'],
  ]);
  expect((await cast({ expect: { students: { second: of('0-20') } } })).expected.size).toBe(1);
});

test('the first buyer is the one whose money was held first; a cancelled session is not played', async () => {
  const course = { id: 'c', sessions: [found.session, { id: 'off', status: 'cancelled' }] };
  const hold = (studentId: string, heldAt: string) => ({ studentId, heldAt, courseId: 'c' });
  const api = {
    settlement: async () => ({ holds: [hold('late', '2026-02-02'), hold('early', '2026-02-01')] }),
    course: async () => course,
  } as unknown as Parameters<typeof findSession>[0];
  expect((await findSession(api, 's')).buyers).toEqual(['early', 'late']);
  await expect(findSession(api, 'off')).rejects.toThrow(/is cancelled/);
  await expect(findSession(api, 'none')).rejects.toThrow(/there is no session/);
});
