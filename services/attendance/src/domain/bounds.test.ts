import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { at, connection, F, hour, minutes, SW, TEACHER, TEN } from '../../test/table.js';
import { bounds, type Presence } from './bounds.js';
import { completion, observed } from './completion.js';
import { gather, type Seen } from './evidence.js';
import { basisPointsOf, type Label, labelOf } from './label.js';
import { defaultRules, type Session, scheduledMs, windowOf } from './session.js';

const seenOf = (events: Iterable<Seen>, session: Session = hour) =>
  bounds(gather(events, windowOf(session, defaultRules)), session, defaultRules);

const nobody: Presence = {
  userId: 'student',
  role: 'participant',
  seconds: 0,
  maxSeconds: 0,
  overlapSeconds: 0,
  firstSeenAt: null,
  lastSeenAt: null,
  intervals: [],
  disconnects: [],
  corrected: false,
};

const studentIn = (events: readonly Seen[]): Presence =>
  seenOf(events).people.find(({ userId }) => userId === 'student') ?? nobody;

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

function whole(
  sid: string,
  joined: string,
  left: string,
  more: Partial<Seen> & { user?: string } = {},
): Seen[] {
  const one = connection(sid, joined, more);
  return [one.J, one.L(left)];
}

function sweepOf(joined: Seen, time: string): Seen {
  const { participantSid, identity, joinedAtMs } = joined;
  return {
    ...SW(time),
    active: [{ participantSid: participantSid!, identity, joinedAtMs, joinedAt: null, person: true }],
  };
}

/** Any order, any duplicates. */
const stirred = (events: readonly Seen[]) =>
  fc
    .tuple(fc.shuffledSubarray([...events], { minLength: events.length }), fc.subarray([...events]))
    .map(([all, again]) => [...all, ...again])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

const judged = (events: readonly Seen[]) => {
  const student = studentIn(events);
  const { seconds, maxSeconds } = student;
  return {
    seconds: [seconds, maxSeconds],
    percent: [percent(seconds), percent(maxSeconds)],
    label: labelOf(student, scale),
  };
};

describe('the examples of attendance.md', () => {
  test.each(rows)('%s', (_input, events, seconds, of, label) => {
    expect(judged(events)).toEqual({ seconds, percent: of, label });
  });

  test.each(rows)('shuffled and duplicated, %s', (_input, events, seconds, of, label) => {
    fc.assert(
      fc.property(stirred(events), (any) => {
        expect(judged(any)).toEqual({ seconds, percent: of, label });
        expect(seenOf(any)).toEqual(seenOf(events));
      }),
      { numRuns: 20, seed: 20 },
    );
  });

  test('29: what nobody could see is for a person to judge', () => {
    const evidence = gather([], windowOf(hour, defaultRules));
    expect(observed(evidence, false)).toBe(false);
    expect(labelOf(nobody, { ...scale, observed: false })).toBe('review');
    expect(observed(evidence, true)).toBe(true);
  });

  test('23: an uncertain case becomes certain when the real leave comes', () => {
    expect(judged([a.J, F('60:25')]).label).toBe('review');
    expect(judged([a.J, F('60:25'), a.L('60:00')])).toMatchObject({
      seconds: [3600, 3600],
      label: 'present',
    });
  });

  test('24: an earlier leave of the same sid counts', () => {
    expect(judged([a.J, a.L('60:00'), a.L('05:00')])).toMatchObject({ seconds: [300, 300], label: 'absent' });
  });
});

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
    expect(judged([a.T('10:00'), a.T('50:00'), F('60:20')])).toMatchObject({ seconds: [2400, 3020] });
    expect(judged([a.T('10:00'), F('60:20')]).label).toBe('review');
  });

  test('an hour is the base where a session has no length', () => {
    expect(scheduledMs({ ...hour, durationMinutes: 0 })).toBe(3_600_000);
  });
});

describe('when a session is over', () => {
  const rules = defaultRules;
  const complete = (events: Seen[], now: string, session = hour) => {
    const evidence = gather(events, windowOf(session, rules));
    return completion(evidence, bounds(evidence, session, rules), { session, rules, now: at(now) });
  };
  const heardAt = (time: string, events: Seen[]) => events.map((seen) => ({ ...seen, receivedAt: at(time) }));
  const lesson = [teacher.J, a.J, a.L('57:00'), teacher.L('57:01'), F('57:21')];

  test('once its room is finished and the grace has passed since the last delivery', () => {
    expect(complete(heardAt('57:22', lesson), '57:31')).toEqual({ done: false, again: at('57:32') });
    expect(complete(heardAt('57:22', lesson), '57:32')).toEqual({ done: true, cause: 'room-finished' });
  });

  test('tomorrow’s class played in a second completes by the video server’s time', () => {
    expect(complete(heardAt('-1440:00', lesson), '-1439:50')).toEqual({ done: true, cause: 'room-finished' });
  });

  test('18: not when the room is interrupted', () => {
    const interrupted = heardAt('20:21', [teacher.J, a.J, a.L('20:00'), teacher.L('20:00'), F('20:20')]);
    expect(complete(interrupted, '25:00')).toEqual({ done: false, again: at('60:10') + 1 });
  });

  test('30: not by a room tested in the morning', () => {
    const morning = heardAt('-89:40', [alone.J, alone.L('-90:00'), F('-89:40', 'RM_0')]);
    expect(complete(morning, '00:00')).toMatchObject({ done: false });
  });

  test('not while somebody is open in another room', () => {
    const other = connection('PA_b', '30:00', { roomSid: 'RM_2', roomName: 'lesson 2' });
    expect(complete(heardAt('57:22', [...lesson, other.J]), '61:00')).toEqual({
      done: false,
      again: at('120:00') + 1,
    });
  });

  test('a class held early is over when teacher and student had their length less five minutes', () => {
    const earlier = (left: string, finished: string) =>
      heardAt('50:00', [
        ...whole('PA_t', '-14:00', left, { user: TEACHER }),
        ...whole('PA_a', '-14:00', left),
        F(finished),
      ]);
    expect(complete(earlier('41:00', '41:20'), '51:00')).toEqual({ done: true, cause: 'room-finished' });
    expect(complete(earlier('40:59', '41:19'), '51:00')).toMatchObject({ done: false });
  });

  test('the scheduled end and the grace are past on our clock and nobody is open', () => {
    expect(complete([], '60:10')).toEqual({ done: false, again: at('60:10') + 1 });
    expect(complete([], '60:11')).toEqual({ done: true, cause: 'scheduled-end' });
  });

  test('31: an hour after the end, whatever is open', () => {
    expect(complete([a.J, teacher.J], '120:00')).toMatchObject({ done: false });
    expect(complete([a.J, teacher.J], '120:01')).toEqual({ done: true, cause: 'deadline' });
  });

  test('a lost leave in a finished room holds nothing up', () => {
    expect(complete(heardAt('60:25', [a.J, F('60:25')]), '60:40')).toEqual({
      done: true,
      cause: 'room-finished',
    });
  });
});

describe('for any class', () => {
  /** Connections of three people over two rooms, some leaves lost. */
  const someone = fc.constantFrom('student', 'other', TEACHER);
  const joining = fc.record({
    user: someone,
    roomSid: fc.constantFrom('RM_1', 'RM_2'),
    from: fc.integer({ min: -3600, max: 9000 }),
    length: fc.integer({ min: 0, max: 5400 }),
    lost: fc.boolean(),
  });
  const clock = (seconds: number): string =>
    `${seconds < 0 ? '-' : ''}${Math.floor(Math.abs(seconds) / 60)}:${String(Math.abs(seconds) % 60).padStart(2, '0')}`;
  type Joining = { user: string; roomSid: string; from: number; length: number; lost: boolean };
  const eventsOf = (joinings: readonly Joining[], losing = true): Seen[] =>
    joinings.flatMap(({ user, roomSid, from, length, lost }, index) => {
      const one = connection(`PA_${index}`, clock(from), {
        user,
        roomSid,
        roomName: `room ${roomSid} ${index}`,
      });
      return lost && losing ? [one.J] : [one.J, one.L(clock(from + length))];
    });
  const finishes = fc.subarray([F('60:20'), F('20:00'), F('100:00', 'RM_2')]);
  const classes = fc.tuple(fc.array(joining, { maxLength: 8 }), finishes);
  const all = (seen: ReturnType<typeof seenOf>) => [seen.teacher, ...seen.people];
  const options = { numRuns: 150, seed: 7 };

  test('order and duplicates change nothing', () => {
    const stirredClass = classes
      .map(([joinings, finished]) => [...eventsOf(joinings), ...finished])
      .chain((events) => fc.tuple(fc.constant(events), stirred(events)));
    fc.assert(
      fc.property(stirredClass, ([events, any]) => {
        expect(seenOf(any)).toEqual(seenOf(events));
      }),
      options,
    );
  });

  test('more presence never gives fewer seconds', () => {
    fc.assert(
      fc.property(classes, joining, ([joinings, finished], more) => {
        const before = seenOf([...eventsOf(joinings), ...finished]);
        const after = all(seenOf([...eventsOf([...joinings, { ...more, lost: false }]), ...finished]));
        for (const one of all(before)) {
          expect(after.find(({ userId }) => userId === one.userId)!.seconds).toBeGreaterThanOrEqual(
            one.seconds,
          );
        }
      }),
      options,
    );
  });

  test('seconds ≤ maxSeconds ≤ the scheduled length, and overlap ≤ seconds', () => {
    fc.assert(
      fc.property(classes, ([joinings, finished]) => {
        for (const one of all(seenOf([...eventsOf(joinings), ...finished]))) {
          expect(one.seconds).toBeLessThanOrEqual(one.maxSeconds);
          expect(one.maxSeconds).toBeLessThanOrEqual(3600);
          expect(one.overlapSeconds).toBeLessThanOrEqual(one.seconds);
        }
      }),
      options,
    );
  });

  test('a lost leave never turns the true outcome into its opposite without passing through review', () => {
    fc.assert(
      fc.property(fc.array(joining, { maxLength: 8 }), (joinings) => {
        const truth = all(seenOf(eventsOf(joinings, false)));
        for (const one of all(seenOf(eventsOf(joinings)))) {
          const real = truth.find(({ userId }) => userId === one.userId)!;
          expect(one.seconds).toBeLessThanOrEqual(real.seconds + 1);
          expect(one.maxSeconds).toBeGreaterThanOrEqual(real.seconds);
        }
      }),
      options,
    );
  });
});
