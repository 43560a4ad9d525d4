/**
 * When each person was in the room: for certain (`seconds`) and at most (`maxSeconds`). They differ where somebody's
 * leaving was not seen. Pure: one set of events and corrections, one result. Source: attendance.md, 'How it is computed', 3 to 6.
 */
import { type Span, spansOf } from './ends.js';
import type { Evidence } from './evidence.js';
import { cut, intersection, lengthOf, measure, type Stretch, union, type Window } from './intervals.js';
import { type Rules, type Session, scheduledMs, windowOf } from './session.js';

export interface Presence {
  readonly userId: string;
  readonly role: 'teacher' | 'participant';
  readonly seconds: number;
  readonly maxSeconds: number;
  /** Together with the teacher; the teacher's own: together with anybody. */
  readonly overlapSeconds: number;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly intervals: readonly Stretch[];
  readonly disconnects: readonly string[];
  /** The intervals are an admin's, not what was seen. */
  readonly corrected: boolean;
}

/** Who has bought the session and was never seen in it. */
export const neverSeen = (userId: string): Presence => ({
  userId,
  role: 'participant',
  seconds: 0,
  maxSeconds: 0,
  overlapSeconds: 0,
  firstSeenAt: null,
  lastSeenAt: null,
  intervals: [],
  disconnects: [],
  corrected: false,
});

export interface Bounds {
  readonly teacher: Presence;
  /** Everybody else who was seen, by id. Who bought what is settlement's business. */
  readonly people: readonly Presence[];
  /** Teacher and somebody else first both in. */
  readonly startedAt: number | null;
  /** When the two had been in together for the length less five minutes: class is over, whatever the clock says. */
  readonly fullAt: number | null;
  /** Somebody has no end that we saw, in a room that is not finished; not one whose presence was set by hand. */
  readonly open: boolean;
  /** Who was seen to come, and of whom nothing says that he has left. */
  readonly inside: ReadonlySet<string>;
}

/** How far before the end a class may stop and still be the whole class. */
export const EARLY = 5 * 60_000;

export function bounds(evidence: Evidence, session: Session, rules: Rules): Bounds {
  const window = windowOf(session, rules);
  const spanOf = spansOf(evidence, window.to);
  const people = new Map<string, Person>();
  let open = false;
  for (const connection of evidence.connections.values()) {
    if (!connection.person) continue;
    const person = personOf(people, connection.identity);
    if (connection.reason !== undefined) person.reasons.push(connection.reason);
    const span = evidence.corrections.has(connection.identity) ? undefined : spanOf(connection);
    open ||= span?.open ?? false;
    if (span === undefined) continue;
    person.spans.push(span);
    person.inside ||= span.open && span.hi >= window.to;
  }
  for (const { userId, intervals } of evidence.corrections.values()) {
    const person = personOf(people, userId);
    person.corrected = true;
    for (const { from, to } of intervals) {
      person.spans.push({ start: from, lo: to, hi: to, exact: true, open: false });
    }
  }
  const inside = new Set([...people].filter(([, person]) => person.inside).map(([id]) => id));
  return { ...present(people, session, window), open, inside };
}

interface Person {
  readonly spans: Span[];
  readonly reasons: (readonly [at: number, word: string])[];
  corrected: boolean;
  inside: boolean;
}

function personOf(people: Map<string, Person>, identity: string): Person {
  const known = people.get(identity);
  if (known !== undefined) return known;
  const fresh: Person = { spans: [], reasons: [], corrected: false, inside: false };
  people.set(identity, fresh);
  return fresh;
}

/** The same person's stretches from all devices and rooms of the session, certain and possible. */
interface Merged {
  readonly certain: readonly Stretch[];
  readonly possible: readonly Stretch[];
}

function merge(spans: readonly Span[], window: Window): Merged {
  const upTo = (end: 'lo' | 'hi') =>
    union(spans.flatMap((span) => cut({ from: span.start, to: span[end], exact: span.exact }, window) ?? []));
  return { certain: upTo('lo'), possible: upTo('hi') };
}

function present(
  people: Map<string, Person>,
  session: Session,
  window: Window,
): Omit<Bounds, 'open' | 'inside'> {
  const cap = scheduledMs(session);
  const merged = new Map([...people].map(([id, { spans }]) => [id, merge(spans, window)]));
  const teacher = merged.get(session.teacherId) ?? { certain: [], possible: [] };
  const others = [...merged].filter(([id]) => id !== session.teacherId).map(([, seen]) => seen);
  const together = intersection(teacher.certain, union(others.flatMap(({ certain }) => certain)));
  const meeting = intersection(teacher.possible, union(others.flatMap(({ possible }) => possible)));
  const withTeacher = measure(teacher.certain);

  const presenceOf = (userId: string): Presence => {
    const isTeacher = userId === session.teacherId;
    const { certain, possible } = merged.get(userId) ?? teacher;
    const overlap = isTeacher
      ? lengthOf(together)
      : certain.reduce((sum, { from, to }) => sum + withTeacher(to) - withTeacher(from), 0);
    return {
      userId,
      role: isTeacher ? 'teacher' : 'participant',
      seconds: wholeSeconds(lengthOf(certain), cap),
      maxSeconds: wholeSeconds(lengthOf(possible), cap),
      overlapSeconds: wholeSeconds(overlap, cap),
      // From what is possible: a sid seen for no measurable time was still seen, and joined when it joined.
      firstSeenAt: possible[0]?.from ?? null,
      lastSeenAt: certain.at(-1)?.to ?? possible[0]?.from ?? null,
      intervals: certain,
      disconnects: reasonsOf(people.get(userId)),
      corrected: people.get(userId)?.corrected ?? false,
    };
  };

  return {
    teacher: presenceOf(session.teacherId),
    people: [...people.keys()]
      .filter((id) => id !== session.teacherId)
      .sort()
      .map(presenceOf),
    startedAt: meeting[0]?.from ?? null,
    fullAt: momentOf(together, cap - EARLY),
  };
}

/** Summed in milliseconds, floored once, never more than the scheduled length. */
const wholeSeconds = (ms: number, cap: number): number => Math.floor(Math.min(ms, cap) / 1000);

const reasonsOf = (person: Person | undefined): string[] =>
  (person?.reasons ?? [])
    .toSorted(([at, word], [other, otherWord]) => at - other || (word < otherWord ? -1 : 1))
    .map(([, word]) => word);

/** When the stretches have added up to `length`; of a class shorter than the allowance: as soon as they begin. */
function momentOf(merged: readonly Stretch[], length: number): number | null {
  let left = Math.max(0, length);
  for (const { from, to } of merged) {
    if (to - from >= left) return from + left;
    left -= to - from;
  }
  return null;
}
