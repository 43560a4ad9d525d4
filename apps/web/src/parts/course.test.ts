import { expect, test } from '@jest/globals';
import type { Course, Session } from '@rollcall/contracts/api/enrollment';
import { priceOfRest, toCome } from './course.js';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');

const session = (number: number, hours: number, status: Session['status'] = 'scheduled'): Session => ({
  ...{ id: `s${number}`, courseId: 'c', number, title: '', durationMinutes: 60, roomName: '' },
  startsAt: new Date(NOW + hours * 3_600_000).toISOString(),
  price: { amount: 1000, currency: 'USD' },
  ...{ status, cancelReason: null, version: 1, createdAt: '' },
});

const course = (...sessions: Session[]) =>
  ({ price: { amount: 10_000, currency: 'USD' }, sessions }) as unknown as Course;

test('a course not begun costs its price', () => {
  expect(priceOfRest(course(session(1, 1), session(2, 2), session(3, 3)), NOW).amount).toBe(10_000);
});

test('sessions that have begun are not charged, and the unit left over was the earliest one’s', () => {
  expect(priceOfRest(course(session(1, -1), session(2, 2), session(3, 3)), NOW).amount).toBe(6666);
});

test('a cancelled session has no share', () => {
  expect(priceOfRest(course(session(1, -1), session(2, 2, 'cancelled'), session(3, 3)), NOW).amount).toBe(
    5000,
  );
});

test('what is still to come is sorted by its start', () => {
  expect(toCome([session(2, 5), session(1, 1), session(3, -1)], NOW).map(({ id }) => id)).toEqual([
    's1',
    's2',
  ]);
});
