/**
 * When a connection began, and when it ended: to the moment where its end was seen, between two moments where it was
 * not. Source: attendance.md, 'How it is computed', 4 and 5.
 */
import type { Connection, Evidence } from './evidence.js';
import { firstIndex } from './intervals.js';

/** One connection as bounds: in from `start` to at least `lo` and at most `hi`. */
export interface Span {
  readonly start: number;
  readonly lo: number;
  readonly hi: number;
  readonly exact: boolean;
  /** No end was seen, and its room is not finished. */
  readonly open: boolean;
}

/** The span of each of the connections; undefined for one that never was in. */
export function spansOf(evidence: Evidence, windowEnd: number): (connection: Connection) => Span | undefined {
  const limits = limitsOf(evidence);
  return (connection) => {
    if (!connection.wasIn) return undefined;
    const start = startOf(connection);
    if (start === undefined) return undefined;
    const end = earliestOf(connection.leftAt, connection.abortedAt);
    if (end !== undefined) return { start, lo: end, hi: end, exact: true, open: false };
    const lo = Math.max(start, connection.lastSeenAt ?? start);
    const finished = limits.finishedAt(connection, lo);
    const next = limits.nextStart(connection, start, lo);
    // None of these lies before lo but the window's end, and beyond that nothing counts.
    const hi = earliestOf(next, finished, limits.missedAt(connection, lo), windowEnd)!;
    return { start, lo, hi, exact: false, open: finished === undefined };
  };
}

/** Earliest joinedAtMs, else joinedAt, else when it was said to have joined, else when it was first seen at all. */
const startOf = (connection: Connection): number | undefined =>
  connection.joinedAtMs ?? connection.joinedAt ?? connection.joinSaidAt ?? connection.firstSeenAt;

/** Everything that can bound an end nobody saw, sorted once so that each question is a binary search. */
function limitsOf(evidence: Evidence) {
  const starts = startsByIdentity(evidence);
  const finishes = sortedSets(evidence.finishes);
  const sweeps = sortedSets(evidence.sweeps);

  /** Its room was finished, and not before it was last seen: a room comes back after a crash. */
  const finishedAt = ({ roomSid, roomName }: Connection, lo: number): number | undefined => {
    const times = finishes.get(roomSid ?? roomName) ?? [];
    return times[firstIndex(times.length, (index) => times[index]! >= lo)];
  };

  /** The first of two consecutive sweeps without it; one alone may be the server's hiccup. */
  const missedAt = ({ roomName, lastSweptAt }: Connection, lo: number): number | undefined => {
    const times = sweeps.get(roomName) ?? [];
    const seen = lastSweptAt ?? Number.NEGATIVE_INFINITY;
    const index = firstIndex(times.length, (at) => times[at]! >= lo && times[at]! > seen);
    return index + 1 < times.length ? times[index] : undefined;
  };

  /** The same person came in again, in the same room. */
  const nextStart = (connection: Connection, start: number, lo: number): number | undefined => {
    const all = starts.get(identityInRoom(connection)) ?? [];
    const isNext = (one: Start) => one.start >= lo && isAfter(one, start, connection.sid);
    return all[firstIndex(all.length, (at) => isNext(all[at]!))]?.start;
  };

  return { finishedAt, missedAt, nextStart };
}

interface Start {
  readonly start: number;
  readonly sid: string;
}

const isAfter = (other: Start, start: number, sid: string): boolean =>
  other.start > start || (other.start === start && other.sid > sid);

const identityInRoom = ({ identity, roomName }: Connection): string => `${roomName}\n${identity}`;

function startsByIdentity(evidence: Evidence): Map<string, Start[]> {
  const starts = new Map<string, Start[]>();
  for (const connection of evidence.connections.values()) {
    const start = connection.person && connection.wasIn ? startOf(connection) : undefined;
    if (start === undefined) continue;
    const key = identityInRoom(connection);
    const known = starts.get(key);
    if (known === undefined) starts.set(key, [{ start, sid: connection.sid }]);
    else known.push({ start, sid: connection.sid });
  }
  for (const all of starts.values()) all.sort((a, b) => a.start - b.start || (a.sid < b.sid ? -1 : 1));
  return starts;
}

const sortedSets = (sets: ReadonlyMap<string, ReadonlySet<number>>): Map<string, number[]> =>
  new Map([...sets].map(([key, set]) => [key, [...set].sort((a, b) => a - b)]));

const earliestOf = (...times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
