/** What an admin reads of purchases: whose ever, and those that wait for the wallet too long. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@rollcall/kit/id';
import { openStage, type Person, person, type Stage } from './stage.js';

let stage: Stage;
let admin: Person;
beforeAll(async () => {
  stage = await openStage();
  admin = await person('admin');
});
afterAll(() => stage.close());

const idsOf = async (search: string): Promise<string[]> => {
  const { body } = await stage.send('get', `/admin/purchases?${search}`, admin).expect(200);
  return body.data.map(({ id }: { id: string }) => id);
};

test('an admin finds purchases of both kinds by student, course, state and time; those that are stuck are pending for long', async () => {
  const [one, two] = [await person('student'), await person('student')];
  const course = await stage.onSale();
  const send = (path: string, who: Person) =>
    stage.send('post', path, who).set('Prefer', 'respond-async').expect(202);
  const session = (await send(`/enrollments/sessions/${course.sessions[0]!.id}/purchase`, one)).body;
  const whole = (await send(`/enrollments/courses/${course.id}`, two)).body;
  expect(await idsOf('')).toEqual([whole.id, session.id]);
  expect(await idsOf(`studentId=${one.id}`)).toEqual([session.id]);
  expect(await idsOf(`courseId=${course.id}&limit=1`)).toEqual([whole.id]);
  expect(await idsOf(`courseId=${newId()}`)).toEqual([]);
  expect(await idsOf('status=active&status=declined')).toEqual([]);
  const inAMinute = new Date(Date.now() + 60_000).toISOString();
  expect(await idsOf(`status=pending&to=${inAMinute}`)).toEqual([whole.id, session.id]);
  expect(await idsOf(`status=pending&to=${session.createdAt}`)).toEqual([]);

  const { body } = await stage.send('get', '/admin/purchases?limit=1', admin).expect(200);
  expect(await idsOf(`limit=1&cursor=${body.nextCursor}`)).toEqual([session.id]);
  for (const role of ['student', 'teacher', 'finance'] as const)
    await stage.send('get', '/admin/purchases', await person(role)).expect(403);
});
