/** attendance.md's examples, row by row: each comes out the same in any order and with any duplicates. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alone, rows } from '../../test/examples.js';
import {
  at,
  connection,
  F,
  hour,
  minutes,
  nobody,
  SW,
  seenOf,
  stirred,
  studentIn,
  TEACHER,
  TEN,
  whole,
} from '../../test/table.js';
import { completion, observed } from './completion.js';
import { gather, type Seen } from './evidence.js';
import { basisPointsOf, labelOf } from './label.js';
import { defaultRules, proofOf } from './session.js';

const scale = { startsAt: TEN, scheduledSeconds: 3600, observed: true };
const percent = (seconds: number) => basisPointsOf(seconds, 3600) / 100;

const a = connection('PA_a', '00:00');
const teacher = connection('PA_t', '00:00', { user: TEACHER });

const judged = (events: readonly Seen[]) => {
  const student = studentIn(events);
  const { seconds, maxSeconds } = student;
  return {
    seconds: [seconds, maxSeconds],
    percent: [percent(seconds), percent(maxSeconds)],
    label: labelOf(student, scale),
  };
};

/** Whether it is over at a moment of our clock, everything having come in when it was ten. */
const over = (events: readonly Seen[], now: string) => {
  const evidence = gather(events, proofOf(hour, defaultRules));
  return completion(evidence, seenOf(events), { session: hour, rules: defaultRules, now: at(now) });
};

const inAnyOrder = (events: readonly Seen[], holds: (any: readonly Seen[]) => void) =>
  fc.assert(fc.property(stirred(events), holds), { numRuns: 20, seed: 20 });

describe('the examples of attendance.md', () => {
  test.each(rows)('%s', (_input, events, seconds, of, label) => {
    expect(judged(events)).toEqual({ seconds, percent: of, label });
  });

  test.each(rows)('shuffled and duplicated, %s', (_input, events, seconds, of, label) => {
    inAnyOrder(events, (any) => {
      expect(judged(any)).toEqual({ seconds, percent: of, label });
      expect(seenOf(any)).toEqual(seenOf(events));
    });
  });

  test('18: an interrupted room does not complete it at 20:20', () => {
    const events = [
      ...whole('PA_a', '00:00', '20:00'),
      ...whole('PA_t', '00:00', '20:00', { user: TEACHER }),
    ];
    inAnyOrder([...events, F('20:20')], (any) => {
      expect(over(any, '21:00')).toEqual({ done: false, again: at('60:10') + 1 });
    });
    const second = whole('PA_b', '25:00', '60:00', { roomSid: 'RM_2' });
    inAnyOrder([...events, F('20:20'), ...second, F('60:20', 'RM_2')], (any) => {
      expect(over(any, '60:10')).toEqual({ done: true, cause: 'room-finished' });
    });
  });

  test('23: an uncertain case is for review until the real leave comes', () => {
    inAnyOrder([a.J, F('60:25')], (any) => expect(judged(any).label).toBe('review'));
    inAnyOrder([a.J, F('60:25'), a.L('60:00')], (any) => {
      expect(judged(any)).toEqual({ seconds: [3600, 3600], percent: [100, 100], label: 'present' });
    });
  });

  test('24: an earlier leave of the same sid counts', () => {
    inAnyOrder([a.J, a.L('60:00'), F('60:20')], (any) => expect(judged(any).label).toBe('present'));
    inAnyOrder([a.J, a.L('60:00'), F('60:20'), a.L('05:00')], (any) => {
      expect(judged(any)).toEqual({ seconds: [300, 300], percent: [8.33, 8.33], label: 'absent' });
    });
  });

  test('28: nobody ever came and sweeps were good: observed, and over at the end and the grace', () => {
    inAnyOrder(
      minutes(0, 59).map((time) => SW(time)),
      (any) => {
        expect(observed(gather(any, proofOf(hour, defaultRules)), false)).toBe(true);
        expect(over(any, '60:10')).toMatchObject({ done: false });
        expect(over(any, '60:11')).toEqual({ done: true, cause: 'scheduled-end' });
      },
    );
  });

  test('29: nothing was heard of any room and there was no sweep: for a person to judge', () => {
    const evidence = gather([], proofOf(hour, defaultRules));
    expect(observed(evidence, false)).toBe(false);
    expect(labelOf(nobody, { ...scale, observed: false })).toBe('review');
    expect(observed(evidence, true)).toBe(true);
  });

  test('30: a room tested in the morning does not complete it', () => {
    inAnyOrder([alone.J, alone.L('-90:00'), F('-89:40', 'RM_0')], (any) => {
      expect(over(any, '00:00')).toMatchObject({ done: false });
    });
  });

  test('31: after a node crash it is over an hour after the end, and not before', () => {
    inAnyOrder([a.J, teacher.J], (any) => {
      expect(over(any, '120:00')).toMatchObject({ done: false });
      expect(over(any, '120:01')).toEqual({ done: true, cause: 'deadline' });
      expect(seenOf(any).teacher).toMatchObject({ seconds: 1, maxSeconds: 3600 });
    });
  });
});
