import { describe, expect, test } from '@jest/globals';
import { type CourseStatus, checkDraft, checkPublish, roomName } from './course.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const now = new Date('2026-11-20T10:00:00Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const codeOf = (act: () => void): string => {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'fine';
};

describe('a draft', () => {
  test('of one currency with every number once is fine', () => {
    const sessions = [3, 1, 2].map((number) => ({ number, price: usd(1000) }));
    expect(() => checkDraft({ price: usd(3000), sessions })).not.toThrow();
  });

  test('names every session in another currency and every number used again', () => {
    const sessions = [
      { number: 1, price: usd(1000) },
      { number: 1, price: usd(1000) },
      { number: 2, price: { amount: 900, currency: 'EUR' } },
    ];
    expect(() => checkDraft({ price: usd(3000), sessions })).toThrow(
      expect.objectContaining({
        kind: 'unprocessable',
        more: {
          errors: [
            { path: 'sessions.1.number', message: expect.stringContaining('taken') },
            { path: 'sessions.2.price.currency', message: expect.stringContaining('USD') },
          ],
        },
      }),
    );
  });
});

test.each<[string, CourseStatus, Date[], string]>([
  ['a draft with one session to come goes on sale', 'draft', [minutes(-60), minutes(1)], 'fine'],
  ['a session that starts now is not to come', 'draft', [minutes(0)], 'no-future-session'],
  ['a draft all in the past has nothing to sell', 'draft', [minutes(-60)], 'no-future-session'],
  ['what is on sale is not published again', 'published', [minutes(1)], 'not-a-draft'],
  ['what was archived stays so', 'archived', [minutes(1)], 'not-a-draft'],
])('%s', (_rule, status, starts, expected) => {
  expect(codeOf(() => checkPublish(status, starts, now))).toBe(expected);
});

test('a room is named after the course and the number of the session', () => {
  expect(roomName('abc', 2)).toBe('course_abc_session_2');
});
