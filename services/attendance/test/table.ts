/** For tests: attendance.md's shorthand, and any order of it. A session from 10:00 to 11:00; `mm:ss` after 10:00; J L A F SW as in its table. */
import fc from 'fast-check';
import { bounds, type Presence } from '../src/domain/bounds.js';
import type { Correction } from '../src/domain/correction.js';
import { gather, type Seen } from '../src/domain/evidence.js';
import { defaultRules, proofOf, type Session } from '../src/domain/session.js';

export const TEN = Date.parse('2026-11-20T10:00:00Z');
export const TEACHER = 'teacher';
export const hour: Session = { id: 'session', teacherId: TEACHER, startsAt: TEN, durationMinutes: 60 };

/** `-02:00`, `61:00`, `20:00.400` after ten, in milliseconds since 1970. */
export function at(time: string): number {
  const [, sign, minutes, seconds] = /^(-?)(\d+):(\d\d(?:\.\d+)?)$/.exec(time)!;
  const ms = Number(minutes) * 60_000 + Math.round(Number(seconds) * 1000);
  return TEN + (sign === '-' ? -ms : ms);
}

const nothing: Seen = {
  event: '',
  roomName: 'room',
  roomSid: 'RM_1',
  participantSid: null,
  identity: null,
  person: true,
  joinedAtMs: null,
  joinedAt: null,
  createdAt: null,
  disconnectReason: null,
  receivedAt: TEN,
};

/** Whole seconds, as the video server stamps its events. */
const stamp = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** A sid of user `user`, in since `joined`. */
export function connection(sid: string, joined: string, more: Partial<Seen> & { user?: string } = {}) {
  const { user = 'student', ...rest } = more;
  const of = (event: string, createdAt: number): Seen => ({
    ...nothing,
    participantSid: sid,
    identity: user,
    joinedAtMs: at(joined),
    event,
    createdAt,
    ...rest,
  });
  return {
    J: of('participant_joined', stamp(at(joined)) + 1000),
    L: (left: string, reason: string | null = null): Seen => ({
      ...of('participant_left', stamp(at(left))),
      disconnectReason: reason,
    }),
    A: (aborted: string): Seen => of('participant_connection_aborted', stamp(at(aborted))),
    T: (published: string): Seen => ({
      ...of('track_published', stamp(at(published))),
      joinedAtMs: null,
      person: true, // the event's participant is minimal: no kind, no permission
    }),
  };
}

export const F = (time: string, roomSid = 'RM_1'): Seen => ({
  ...nothing,
  event: 'room_finished',
  roomSid,
  createdAt: at(time),
});

/** A sweep that saw these sids of the student. */
export const SW = (time: string, ...sids: string[]): Seen => ({
  ...nothing,
  event: 'sweep',
  roomSid: null,
  createdAt: at(time),
  active: sids.map((participantSid) => ({
    participantSid,
    identity: 'student',
    person: true,
    joinedAtMs: at('00:00'),
    joinedAt: null,
  })),
});

export const minutes = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${String(from + index).padStart(2, '0')}:00`);

/** A whole connection: [joined, left]. */
export function whole(
  sid: string,
  joined: string,
  left: string,
  more: Partial<Seen> & { user?: string } = {},
): Seen[] {
  const one = connection(sid, joined, more);
  return [one.J, one.L(left)];
}

/** Any order, any duplicates. */
export const stirred = <One>(all: readonly One[]): fc.Arbitrary<One[]> =>
  fc
    .tuple(fc.shuffledSubarray([...all], { minLength: all.length }), fc.subarray([...all]))
    .map(([once, again]) => [...once, ...again])
    .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }));

export const seenOf = (events: Iterable<Seen>, corrections: Iterable<Correction> = []) =>
  bounds(gather(events, proofOf(hour, defaultRules), corrections), hour, defaultRules);

export const nobody: Presence = {
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

/** The student, who may not have been seen at all. */
export const studentIn = (events: readonly Seen[], corrections: readonly Correction[] = []): Presence =>
  seenOf(events, corrections).people.find(({ userId }) => userId === 'student') ?? nobody;
