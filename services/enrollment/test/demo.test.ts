import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { newId } from '@rollcall/kit/id';
import { emitted, workOf } from '@rollcall/kit/testing';
import { seedDemo } from '../src/demo.js';
import { addCourse } from '../src/store/courses.js';
import { brokenInvariants, openStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const courses = async () => (await stage.send('get', '/courses').expect(200)).body.data;
const at = (iso: string) => () => new Date(iso);

test('each demo teacher sells three sessions to come, whichever of four replicas made them', async () => {
  await Promise.all(Array.from({ length: 4 }, () => seedDemo(stage.db)));
  const shown = await courses();
  const teachers = DEMO_ACCOUNTS.filter(({ role }) => role === 'teacher').map(({ id }) => id);
  expect(shown.map(({ teacherId }: { teacherId: string }) => teacherId).sort()).toEqual(teachers.sort());
  for (const { sessions } of shown) {
    expect(sessions).toHaveLength(3);
    for (const session of sessions) {
      expect(session).toMatchObject({ durationMinutes: 60, price: { amount: 1000, currency: 'USD' } });
      expect(Date.parse(session.startsAt)).toBeGreaterThan(Date.now());
    }
  }
  expect(await emitted(stage.db, sessionScheduled)).toHaveLength(6);
});

test('a course made by eight at once is made by one of them, and the others go on', async () => {
  for (let round = 0; round < 40; round += 1) {
    const id = newId();
    const course = {
      id,
      teacher_id: newId(),
      title: 'Raced for',
      description: '',
      price: 0,
      currency: 'USD',
      status: 'draft' as const,
      max_students: null,
      created_at: new Date(),
      published_at: null,
    };
    const adding = Array.from({ length: 8 }, () => workOf(stage.db, ({ tx }) => addCourse(tx, course)));
    expect((await Promise.all(adding)).filter(Boolean)).toHaveLength(1);
  }
});

test('another start adds nothing while there is something to buy, and new sessions once there is not', async () => {
  await seedDemo(stage.db);
  expect(await emitted(stage.db, sessionScheduled)).toHaveLength(6);
  await Promise.all(Array.from({ length: 3 }, () => seedDemo(stage.db, at('2099-01-01T10:20:00Z'))));
  const events = await emitted(stage.db, sessionScheduled);
  expect(events).toHaveLength(12);
  const [course] = await courses();
  expect(course.sessions.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(course.sessions[3].startsAt).toBe('2099-01-02T10:00:00.000Z');
  expect(await brokenInvariants(stage.db)).toEqual([]);
});
