/** What is kept of a person beside his seconds, and what an admin's correction does to it. */
import { describe, expect, test } from '@jest/globals';
import { at, connection, F, hour, nobody, seenOf, studentIn, TEACHER, TEN, whole } from '../../test/table.js';
import type { Correction } from './correction.js';
import { confidenceOf, labelOf } from './label.js';
import { scheduledMs } from './session.js';

const scale = { startsAt: TEN, scheduledSeconds: 3600, observed: true };
const a = connection('PA_a', '00:00');
const teacher = connection('PA_t', '00:00', { user: TEACHER });

describe('what else is kept of a person', () => {
  const together = seenOf([
    teacher.J,
    teacher.L('40:00'),
    ...whole('PA_a', '10:00', '20:00'),
    ...whole('PA_b', '30:00', '60:00'),
  ]);

  test('overlap with the teacher, the teacher’s own with anybody', () => {
    expect(together.people[0]).toMatchObject({ seconds: 2400, overlapSeconds: 1200 });
    expect(together.teacher).toMatchObject({ userId: TEACHER, role: 'teacher', overlapSeconds: 1200 });
  });

  test('first and last seen, and each stretch', () => {
    expect(together.people[0]).toMatchObject({ firstSeenAt: at('10:00'), lastSeenAt: at('60:00') });
    expect(together.people[0]!.intervals).toEqual([
      { from: at('10:00'), to: at('20:00'), exact: true },
      { from: at('30:00'), to: at('60:00'), exact: true },
    ]);
  });

  test('a session starts when teacher and another person are first both in', () => {
    expect(together.startedAt).toBe(at('10:00'));
    expect(seenOf([teacher.J, teacher.L('60:00')]).startedAt).toBeNull();
  });

  test('a class going on, with no leave seen, has started', () => {
    expect(seenOf([teacher.J, connection('PA_a', '03:00').J]).startedAt).toBe(at('03:00'));
  });

  test('a test of the room the day before starts nothing', () => {
    const day = ['-1440:00', '-1400:00'] as const;
    const before = [...whole('PA_t', ...day, { user: TEACHER }), ...whole('PA_a', ...day)];
    expect(seenOf(before)).toMatchObject({ startedAt: null, open: false });
    expect(studentIn(before)).toMatchObject({ seconds: 0, maxSeconds: 0 });
  });

  test('why each connection ended', () => {
    expect(
      studentIn([a.J, a.L('20:00', 'DUPLICATE_IDENTITY'), ...whole('PA_b', '20:01', '60:00')]).disconnects,
    ).toEqual(['DUPLICATE_IDENTITY', 'UNKNOWN_REASON']);
  });

  test('a teacher never seen is still in the result, with nothing', () => {
    expect(seenOf([]).teacher).toEqual({ ...nobody, userId: TEACHER, role: 'teacher' });
  });

  test('somebody only his tracks were seen of passes through review: join and leave are lost', () => {
    expect(studentIn([a.T('10:00'), a.T('50:00'), F('60:20')])).toMatchObject({
      seconds: 2400,
      maxSeconds: 3020,
    });
    expect(labelOf(studentIn([a.T('10:00'), F('60:20')]), scale)).toBe('review');
  });

  test('an hour is the base where a session has no length', () => {
    expect(scheduledMs({ ...hour, durationMinutes: 0 })).toBe(3_600_000);
  });
});

describe('a correction', () => {
  const given = (seq: number, ...intervals: [from: string, to: string][]): Correction => ({
    seq,
    userId: 'student',
    intervals: intervals.map(([from, to]) => ({ from: at(from), to: at(to) })),
  });

  test('takes the place of all that was seen of that person, in every room and on every device', () => {
    const events = [a.J, ...whole('PA_b', '20:00', '50:00', { roomSid: 'RM_2', roomName: 'lesson 2' })];
    expect(studentIn(events, [given(1, ['30:00', '40:00'])])).toMatchObject({
      seconds: 600,
      maxSeconds: 600,
      firstSeenAt: at('30:00'),
      lastSeenAt: at('40:00'),
      intervals: [{ from: at('30:00'), to: at('40:00'), exact: true }],
      corrected: true,
    });
  });

  test('is the union of its intervals, cut to the window and capped at the scheduled length', () => {
    const one = given(1, ['-30:00', '-10:00'], ['-12:00', '00:00'], ['100:00', '140:00']);
    expect(studentIn([], [one])).toMatchObject({
      seconds: 2100,
      intervals: [
        { from: at('-15:00'), to: at('00:00') },
        { from: at('100:00'), to: at('120:00') },
      ],
    });
    expect(studentIn([], [given(1, ['-15:00', '120:00'])]).seconds).toBe(3600);
  });

  test('without intervals says that he never came', () => {
    expect(studentIn([a.J, a.L('60:00')], [given(1)])).toMatchObject({
      seconds: 0,
      maxSeconds: 0,
      firstSeenAt: null,
      corrected: true,
    });
  });

  test('of one person: the last one counts, in whichever order they are read', () => {
    const [first, last] = [given(1, ['00:00', '50:00']), given(2, ['00:00', '10:00'])];
    for (const corrections of [
      [first, last],
      [last, first],
      [last, first, last],
    ]) {
      expect(studentIn([], corrections).seconds).toBe(600);
    }
  });

  test('of the teacher changes everybody’s overlap with him', () => {
    const events = [teacher.J, teacher.L('10:00'), a.J, a.L('60:00')];
    const seen = seenOf(events, [{ ...given(1, ['00:00', '30:00']), userId: TEACHER }]);
    expect(seen.teacher).toMatchObject({ seconds: 1800, overlapSeconds: 1800, corrected: true });
    expect(seen.people).toMatchObject([{ seconds: 3600, overlapSeconds: 1800, corrected: false }]);
  });

  test('of somebody still open holds nothing up any more', () => {
    expect(seenOf([a.J]).open).toBe(true);
    expect(seenOf([a.J], [given(1)]).open).toBe(false);
    expect(seenOf([a.J, connection('PA_b', '01:00', { user: 'other' }).J], [given(1)]).open).toBe(true);
  });

  test('makes somebody a person whom the video server took for a robot', () => {
    const robot = connection('PA_r', '00:00', { person: false });
    expect(studentIn([robot.J, robot.L('60:00')], [given(1, ['00:00', '20:00'])]).seconds).toBe(1200);
  });

  test('is certain, also where the session could not be observed', () => {
    const corrected = studentIn([], [given(1, ['00:00', '30:00'])]);
    const unobserved = { ...scale, observed: false };
    expect([labelOf(corrected, unobserved), confidenceOf(corrected, false)]).toEqual([
      'present',
      'corrected',
    ]);
    expect([labelOf(nobody, unobserved), confidenceOf(nobody, false)]).toEqual(['review', 'unobserved']);
  });
});
