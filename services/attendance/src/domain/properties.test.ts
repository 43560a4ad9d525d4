/** What holds for any class: made of any events at all, and made of what really happened with some of it lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { connection, F, hour, nobody, SW, seenOf, stirred, TEACHER, TEN } from '../../test/table.js';
import { completion, observed } from './completion.js';
import type { Correction } from './correction.js';
import { gather, type Seen } from './evidence.js';
import { labelOf } from './label.js';
import { defaultRules, proofOf, windowOf } from './session.js';

const options = { numRuns: 200, seed: 7 };
const window = windowOf(hour, defaultRules);
const everybody = (seen: ReturnType<typeof seenOf>) => [seen.teacher, ...seen.people];
const secondsOf = (seen: ReturnType<typeof seenOf>, userId: string): number =>
  everybody(seen).find((one) => one.userId === userId)?.seconds ?? 0;

/** Seconds after ten as `mm:ss`. */
const clock = (seconds: number): string =>
  `${seconds < 0 ? '-' : ''}${Math.floor(Math.abs(seconds) / 60)}:${String(Math.abs(seconds) % 60).padStart(2, '0')}`;

describe('of any events, sensible or not', () => {
  const someTime = fc.option(fc.integer({ min: -3600, max: 9000 }).map((seconds) => TEN + seconds * 1000));
  const someSid = fc.constantFrom('PA_1', 'PA_2', 'PA_3', 'PA_4', 'PA_5');
  const someone = fc.constantFrom('student', 'other', TEACHER);
  const swept = fc.record({
    participantSid: someSid,
    identity: fc.option(someone, { freq: 5 }),
    person: fc.boolean(),
    joinedAtMs: someTime,
    joinedAt: fc.constant(null),
  });
  const anyEvent: fc.Arbitrary<Seen> = fc
    .record({
      event: fc.constantFrom(
        'participant_joined',
        'participant_left',
        'participant_connection_aborted',
        'track_published',
        'room_finished',
        'room_started',
        'sweep',
        'moon_rose',
      ),
      roomName: fc.constantFrom('room', 'lesson 2'),
      roomSid: fc.option(fc.constantFrom('RM_1', 'RM_2'), { freq: 5 }),
      participantSid: fc.option(someSid, { freq: 5 }),
      identity: fc.option(someone, { freq: 5 }),
      person: fc.oneof(
        { arbitrary: fc.constant(true), weight: 5 },
        { arbitrary: fc.constant(false), weight: 1 },
      ),
      joinedAtMs: someTime,
      joinedAt: someTime,
      createdAt: someTime,
      disconnectReason: fc.option(fc.constantFrom('CLIENT_INITIATED', 'DUPLICATE_IDENTITY')),
      receivedAt: fc.integer({ min: TEN, max: TEN + 9_000_000 }),
      active: fc.array(swept, { maxLength: 3 }),
    })
    .map(({ active, ...seen }) => (seen.event === 'sweep' ? { ...seen, active } : seen));
  const moment = fc.integer({ min: -3600, max: 9000 });
  const correction: fc.Arbitrary<Omit<Correction, 'seq'>> = fc.record({
    userId: someone,
    intervals: fc.array(
      fc.tuple(moment, fc.integer({ min: 1, max: 5000 })).map(([from, length]) => ({
        from: TEN + from * 1000,
        to: TEN + (from + length) * 1000,
      })),
      { maxLength: 3 },
    ),
  });
  const numbered = fc
    .array(correction, { maxLength: 3 })
    .map((all) => all.map((one, seq) => ({ ...one, seq })));
  const anything = fc.tuple(fc.array(anyEvent, { maxLength: 25 }), numbered);

  /** Every figure that is computed of a class. */
  const allOf = (events: readonly Seen[], corrections: readonly Correction[]) => {
    const evidence = gather(events, proofOf(hour, defaultRules), corrections);
    const seen = seenOf(events, corrections);
    const overAt = (now: number) => completion(evidence, seen, { session: hour, rules: defaultRules, now });
    return {
      seen,
      observed: observed(evidence, false),
      over: [TEN, TEN + 3_700_000, TEN + 8_000_000].map(overAt),
    };
  };

  test('order and duplicates change nothing', () => {
    const twice = anything.chain(([events, corrections]) =>
      fc.tuple(fc.constant([events, corrections] as const), stirred(events), stirred(corrections)),
    );
    fc.assert(
      fc.property(twice, ([[events, corrections], any, anyCorrections]) => {
        expect(allOf(any, anyCorrections)).toEqual(allOf(events, corrections));
      }),
      options,
    );
  });

  test('overlap ≤ seconds ≤ maxSeconds ≤ the scheduled length, and the stretches add up to the seconds', () => {
    fc.assert(
      fc.property(anything, ([events, corrections]) => {
        for (const one of everybody(seenOf(events, corrections))) {
          expect(one.overlapSeconds).toBeLessThanOrEqual(one.seconds);
          expect(one.seconds).toBeLessThanOrEqual(one.maxSeconds);
          expect(one.maxSeconds).toBeLessThanOrEqual(3600);
          const sum = one.intervals.reduce((ms, { from, to }) => ms + to - from, 0);
          expect(one.seconds).toBe(Math.min(3600, Math.floor(sum / 1000)));
          for (const [index, { from, to }] of one.intervals.entries()) {
            expect(from).toBeGreaterThanOrEqual(one.intervals[index - 1]?.to ?? window.from);
            expect(to).toBeGreaterThan(from);
            expect(to).toBeLessThanOrEqual(window.to);
          }
        }
      }),
      options,
    );
  });

  test('another whole connection never gives anybody fewer seconds', () => {
    const more = fc.record({
      user: someone,
      roomName: fc.constantFrom('room', 'lesson 2'),
      from: moment,
      length: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(anything, more, ([events, corrections], { user, roomName, from, length }) => {
        const one = connection('PA_new', clock(from), { user, roomName });
        const before = seenOf(events, corrections);
        const after = seenOf([...events, one.J, one.L(clock(from + length))], corrections);
        for (const { userId, seconds } of everybody(before)) {
          expect(secondsOf(after, userId)).toBeGreaterThanOrEqual(seconds);
        }
      }),
      options,
    );
  });

  test('being seen once more never gives anybody fewer seconds', () => {
    fc.assert(
      fc.property(anything, someSid, moment, ([events, corrections], sid, when) => {
        const before = seenOf(events, corrections);
        const after = seenOf([...events, SW(clock(when), sid)], corrections);
        // The sweep knows every sid as the student's: whose it was is another question.
        const of = new Set(
          events.filter(({ participantSid }) => participantSid === sid).map((one) => one.identity),
        );
        fc.pre([...of].every((identity) => identity === 'student'));
        fc.pre(events.every(({ active = [] }) => active.every((one) => one.participantSid !== sid)));
        expect(secondsOf(after, 'student')).toBeGreaterThanOrEqual(secondsOf(before, 'student'));
      }),
      options,
    );
  });

  test('a correction decides one person’s seconds and leaves everybody else’s alone', () => {
    fc.assert(
      fc.property(anything, correction, ([events, corrections], last) => {
        const before = seenOf(events, corrections);
        const after = seenOf(events, [...corrections, { ...last, seq: corrections.length }]);
        for (const one of everybody(after)) {
          const mine = one.userId === last.userId;
          if (mine) expect(one).toMatchObject({ corrected: true, seconds: one.maxSeconds });
          else expect(one.seconds).toBe(secondsOf(before, one.userId));
        }
        expect(secondsOf(after, last.userId)).toBe(secondsOf(seenOf([], [{ ...last, seq: 0 }]), last.userId));
      }),
      options,
    );
  });
});

describe('of what really happened, some of it lost', () => {
  /** Moments at which somebody comes into one room and goes again, in turn: nobody is twice in one room at once. */
  const comings = fc
    .uniqueArray(fc.integer({ min: -1800, max: 7000 }), { maxLength: 6 })
    .map((moments) => moments.sort((one, other) => one - other));
  const stays = fc.array(
    fc.record({
      user: fc.constantFrom('student', 'other', TEACHER),
      room: fc.constantFrom('1', '2'),
      comings,
    }),
    { maxLength: 5 },
  );
  interface Stay {
    readonly sid: string;
    readonly user: string;
    readonly room: string;
    readonly from: number;
    readonly to: number;
  }
  /** What the video server says of it. Shorter than two seconds, and its own joining would be said after its leaving. */
  const stayed = (all: readonly { user: string; room: string; comings: readonly number[] }[]): Stay[] => {
    const once = [...new Map(all.map((one) => [`${one.user} ${one.room}`, one])).values()];
    return once.flatMap(({ user, room, comings: moments }, person) =>
      moments.flatMap((from, index) => {
        const to = moments[index + 1];
        return index % 2 === 0 && to !== undefined && to - from >= 2
          ? [{ sid: `PA_${person}_${index}`, user, room, from, to }]
          : [];
      }),
    );
  };
  const wire = ({ sid, user, room, from }: Stay) =>
    connection(sid, clock(from), { user, roomName: `room ${room}`, roomSid: `RM_${room}` });
  const sweepAt = (all: readonly Stay[], room: string, second: number): Seen => ({
    ...SW(clock(second)),
    roomName: `room ${room}`,
    active: all
      .filter((stay) => stay.room === room && stay.from <= second && second < stay.to)
      .map(({ sid, user, from }) => ({
        participantSid: sid,
        identity: user,
        person: true,
        joinedAtMs: TEN + from * 1000,
        joinedAt: null,
      })),
  });

  /** Each stay: is its leaving lost, else its joining, and was a track of it seen? Sweeps: which were good. */
  const lost = fc.record({
    leaves: fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
    joins: fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
    tracks: fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }),
    finishes: fc.boolean(),
    sweeps: fc.subarray(Array.from({ length: 120 }, (_, minute) => (minute - 20) * 60)),
  });
  type Lost = typeof lost extends fc.Arbitrary<infer Value> ? Value : never;

  const truth = (all: readonly Stay[]): Seen[] =>
    all.flatMap((stay) => [wire(stay).J, wire(stay).L(clock(stay.to))]);
  const heard = (all: readonly Stay[], { leaves, joins, tracks, finishes, sweeps }: Lost): Seen[] => {
    const ends = new Map<string, number>();
    for (const { room, to } of all) ends.set(room, Math.max(to, ends.get(room) ?? to));
    return [
      ...all.flatMap((stay, index) => {
        const { J, L, T } = wire(stay);
        const track = tracks[index] ? [T(clock(Math.floor((stay.from + stay.to + 1) / 2)))] : [];
        if (leaves[index]) return [J, ...track];
        return joins[index] ? [...track, L(clock(stay.to))] : [J, ...track, L(clock(stay.to))];
      }),
      ...(finishes ? [] : [...ends].map(([room, at]) => F(clock(at + 120), `RM_${room}`))),
      ...[...ends.keys()].flatMap((room) => sweeps.map((second) => sweepAt(all, room, second))),
    ];
  };

  const scale = { startsAt: TEN, scheduledSeconds: 3600, observed: true };
  const outcome = (one: Parameters<typeof labelOf>[0]): string => {
    const label = labelOf(one, scale);
    return label === 'late' ? 'present' : label;
  };

  test('a lost leave never turns the true outcome into its opposite without passing through review', () => {
    fc.assert(
      fc.property(stays, lost, (all, gone) => {
        const really = everybody(seenOf(truth(stayed(all))));
        const known = everybody(seenOf(heard(stayed(all), gone)));
        for (const real of really) {
          const one = known.find(({ userId }) => userId === real.userId) ?? nobody;
          expect(one.seconds).toBeLessThanOrEqual(real.seconds);
          expect(one.maxSeconds).toBeGreaterThanOrEqual(real.seconds);
          expect([outcome(real), 'review']).toContain(outcome(one));
        }
      }),
      { ...options, numRuns: 500 },
    );
  });

  test('the lost leaves, come late, heal it to the second', () => {
    fc.assert(
      fc.property(stays, lost, (all, gone) => {
        const healed = seenOf([...heard(stayed(all), gone), ...truth(stayed(all))]);
        const real = seenOf(truth(stayed(all)));
        for (const one of everybody(real)) {
          expect(everybody(healed).find(({ userId }) => userId === one.userId)).toEqual(one);
        }
        expect(healed.open).toBe(false);
      }),
      options,
    );
  });

  test('whoever stays longer never has fewer seconds', () => {
    fc.assert(
      fc.property(stays, lost, fc.nat(14), fc.nat(3000), (all, gone, which, more) => {
        const some = stayed(all);
        const one = some[which % Math.max(1, some.length)];
        fc.pre(one !== undefined);
        const longer = some.map((stay) => (stay === one ? { ...stay, to: stay.to + more } : stay));
        const none: Lost = { ...gone, sweeps: [] };
        const before = secondsOf(seenOf(heard(some, none)), one!.user);
        expect(secondsOf(seenOf(heard(longer, none)), one!.user)).toBeGreaterThanOrEqual(before);
      }),
      options,
    );
  });
});
