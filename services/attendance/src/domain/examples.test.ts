/** attendance.md's examples, row by row: each comes out the same in any order and with any duplicates. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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
import { basisPointsOf, type Label, labelOf } from './label.js';
import { defaultRules, windowOf } from './session.js';

const scale = { startsAt: TEN, scheduledSeconds: 3600, observed: true };
const percent = (seconds: number) => basisPointsOf(seconds, 3600) / 100;

const a = connection('PA_a', '00:00');
const teacher = connection('PA_t', '00:00', { user: TEACHER });

/** [number and input in words, events, lo..hi seconds, lo..hi percent, label] */
type Row = [string, Seen[], [number, number], [number, number], Label];

const exact = (input: string, events: Seen[], seconds: number, of: number, label: Label): Row => [
  input,
  events,
  [seconds, seconds],
  [of, of],
  label,
];

const early = connection('PA_a', '-02:00');
const late = connection('PA_a', '12:00');
const fromFive = connection('PA_a', '05:00');
const robot = (sid: string) => connection(sid, '00:00', { person: false });
const alone = connection('PA_0', '-120:00', { roomSid: 'RM_0' });
const fiftieth = connection('PA_a', '50:00');
const end = connection('PA_a', '55:00');

const rows: Row[] = [
  exact(
    '1: in before the start and after the end',
    [early.J, early.L('61:00'), F('61:20')],
    3600,
    100,
    'present',
  ),
  exact('2: in from 12:00 to the end', [late.J, late.L('60:00')], 2880, 80, 'late'),
  exact('3: twelve minutes', [a.J, a.L('12:00')], 720, 20, 'present'),
  exact('4: one second less', [a.J, a.L('11:59')], 719, 19.97, 'absent'),
  exact('5: the same ids again', [a.J, a.J, a.L('30:00'), a.L('30:00'), a.J], 1800, 50, 'present'),
  exact('6: the leave arrives before the join', [fromFive.L('55:00'), fromFive.J], 3000, 83.33, 'present'),
  exact('7: the join is lost', [fromFive.L('55:00')], 3000, 83.33, 'present'),
  ['8: the leave is lost', [a.J, F('60:25')], [1, 3600], [0.02, 100], 'review'],
  [
    '9: the leave is lost, sweeps saw him each minute',
    [a.J, F('60:25'), ...minutes(1, 59).map((time) => SW(time, 'PA_a'))],
    [3540, 3600],
    [98.33, 100],
    'present',
  ],
  [
    '10: sweeps saw him until 29:00 and not at 30:00 and 31:00',
    [a.J, F('60:25'), ...minutes(1, 29).map((time) => SW(time, 'PA_a')), SW('30:00'), SW('31:00')],
    [1740, 1800],
    [48.33, 50],
    'present',
  ],
  exact(
    '11: a second device takes over',
    [a.J, a.L('20:00', 'DUPLICATE_IDENTITY'), ...whole('PA_b', '20:00.400', '60:00')],
    3599,
    99.97,
    'present',
  ),
  exact(
    '12: the old device leaves after the new one joined',
    [a.J, ...whole('PA_b', '20:00', '60:00'), a.L('20:04')],
    3600,
    100,
    'present',
  ),
  exact(
    '13: four connections that overlap in part',
    [
      ...whole('PA_a', '00:00', '10:00'),
      ...whole('PA_b', '20:00', '30:00'),
      ...whole('PA_c', '40:00', '50:00'),
      ...whole('PA_d', '05:00', '25:00'),
    ],
    2400,
    66.66,
    'present',
  ),
  exact(
    '14: sixty connections of 30 s',
    minutes(0, 59).flatMap((time, index) => whole(`PA_${index}`, time, time.replace(':00', ':30'))),
    1800,
    50,
    'present',
  ),
  exact('15: aborted alone', [connection('PA_a', '00:55').A('01:00')], 0, 0, 'absent'),
  exact('16: aborted after having joined', [a.J, a.A('50:00')], 3000, 83.33, 'present'),
  exact(
    '17: recorder, agent, hidden and a robot for a full hour',
    ['PA_e', 'PA_g', 'PA_h', 'PA_r'].flatMap((sid) => [
      robot(sid).J,
      robot(sid).T('01:00'),
      robot(sid).L('60:00'),
    ]),
    0,
    0,
    'absent',
  ),
  exact(
    '18: the room is interrupted and comes again under a new sid',
    [
      ...whole('PA_a', '00:00', '20:00'),
      F('20:20'),
      ...whole('PA_b', '25:00', '60:00', { roomSid: 'RM_2' }),
      F('60:20', 'RM_2'),
    ],
    3300,
    91.66,
    'present',
  ),
  exact(
    '19: one sweep missed him',
    [a.J, SW('11:00'), SW('12:00', 'PA_a'), a.L('60:00')],
    3600,
    100,
    'present',
  ),
  exact('20: end before start', whole('PA_a', '00:00.900', '00:00'), 0, 0, 'absent'),
  exact('25: his identity in another session is not here', [teacher.J, teacher.L('60:00')], 0, 0, 'absent'),
  exact(
    '28: nobody ever came, sweeps were good',
    minutes(0, 59).map((time) => SW(time)),
    0,
    0,
    'absent',
  ),
  exact(
    '30: alone in the morning, six minutes in class',
    [
      alone.J,
      alone.L('-90:00'),
      F('-89:40', 'RM_0'),
      ...whole('PA_a', '00:00', '06:00'),
      teacher.J,
      teacher.L('60:00'),
      F('60:20'),
    ],
    360,
    10,
    'absent',
  ),
  ['31: the node crashed', [a.J, teacher.J], [1, 3600], [0.02, 100], 'review'],
  ['32: joined at 55:00, the leave is lost', [end.J, F('115:00')], [1, 3600], [0.02, 100], 'review'],
  [
    '33: seen from 50:00 to 63:00, the leave is lost (late: first seen after 10:10)',
    [fiftieth.J, ...minutes(51, 63).map((time) => sweepOf(fiftieth.J, time)), F('115:00')],
    [780, 3600],
    [21.66, 100],
    'late',
  ],
];

function sweepOf(joined: Seen, time: string): Seen {
  const { participantSid, identity, joinedAtMs } = joined;
  return {
    ...SW(time),
    active: [{ participantSid: participantSid!, identity, joinedAtMs, joinedAt: null, person: true }],
  };
}

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
  const evidence = gather(events, windowOf(hour, defaultRules));
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
        expect(observed(gather(any, windowOf(hour, defaultRules)), false)).toBe(true);
        expect(over(any, '60:10')).toMatchObject({ done: false });
        expect(over(any, '60:11')).toEqual({ done: true, cause: 'scheduled-end' });
      },
    );
  });

  test('29: nothing was heard of any room and there was no sweep: for a person to judge', () => {
    const evidence = gather([], windowOf(hour, defaultRules));
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
