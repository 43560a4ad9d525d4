import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listTaughtSessions, type TaughtSession } from '@rollcall/contracts/api/teaching';
import { draft, fromNow, openStage, type Person, person, type Stage, students, usd } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const session = (number: number, minutes: number) => ({
  ...{ number, title: `Lesson ${number}`, startsAt: fromNow(minutes), price: usd(1000) },
});
const list = async (search = '', who: Person = stage.teacher) => {
  const { body } = await stage.send('get', `/teacher/sessions${search}`, who).expect(200);
  expect(listTaughtSessions.answer?.parse(body)).toEqual(body);
  return body as { data: TaughtSession[]; nextCursor: string | null };
};
const idsOf = ({ data }: { data: TaughtSession[] }) => data.map(({ id }) => id);

test('a teacher lists his sessions of all published courses by their start, with who comes', async () => {
  const one = await stage.onSale({
    ...{ title: 'Spanish', maxStudents: 4 },
    sessions: [session(1, 300), session(2, 60)],
  });
  const two = await stage.onSale({ title: 'Latin', sessions: [session(1, 200)] });
  await stage.send('post', '/courses', stage.teacher).send(draft()).expect(201);
  const [evening, morning] = one.sessions.map(({ id }) => id) as [string, string];
  const noon = two.sessions[0]!.id;
  const buyers = await students(2);
  for (const buyer of buyers) await stage.bought(buyer, evening);
  await stage.cancel(morning);

  const latest = await list();
  expect(idsOf(latest)).toEqual([evening, noon, morning]);
  expect(latest.data[0]).toMatchObject({ courseTitle: 'Spanish', students: 2, maxStudents: 4 });
  expect(latest.data[1]).toMatchObject({ courseTitle: 'Latin', students: 0, maxStudents: null });

  expect(idsOf(await list('?order=soonest'))).toEqual([morning, noon, evening]);
  expect(idsOf(await list('?status=scheduled'))).toEqual([evening, noon]);
  expect(idsOf(await list(`?courseId=${two.id}`))).toEqual([noon]);
  const between = `?from=${one.sessions[1]!.startsAt}&to=${one.sessions[0]!.startsAt}`;
  expect(idsOf(await list(between))).toEqual([noon, morning]);
  for (const order of ['latest', 'soonest']) {
    const first = await list(`?limit=2&order=${order}`);
    const rest = await list(`?limit=2&order=${order}&cursor=${first.nextCursor}`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(idsOf(await list(`?order=${order}`)));
    expect(rest.nextCursor).toBeNull();
  }
  expect((await list('', await person('teacher'))).data).toEqual([]);
});

test.each<[string, string]>([
  ['a cursor of another list', '?cursor=WyIxIl0'],
  ['a state there is not', '?status=gone'],
  ['an order there is not', '?order=title'],
  ['a day without a time', '?from=2026-01-01'],
])('%s is a 400', async (_what, search) => {
  await stage.send('get', `/teacher/sessions${search}`, stage.teacher).expect(400);
});

test('is for teachers', async () => {
  await stage.send('get', '/teacher/sessions', await person('student', 'admin')).expect(403);
  await stage.send('get', '/teacher/sessions').expect(401);
});
