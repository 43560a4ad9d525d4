/**
 * Everything a session's events say, gathered in one pass. Each field is an earliest, a latest, an 'ever' or a set:
 * none of these can tell in which order, or how often, an event arrived, and so neither can anything computed from them.
 */
import type { Correction } from './correction.js';
import type { Proof } from './session.js';

/** One stored event of one of the session's rooms. Times are the video server's, in milliseconds. */
export interface Seen {
  readonly event: string;
  readonly roomName: string;
  readonly roomSid: string | null;
  readonly participantSid: string | null;
  readonly identity: string | null;
  /** Counts as a person: standard (or SIP where allowed), not hidden, no recorder, no agent. */
  readonly person: boolean;
  readonly joinedAtMs: number | null;
  readonly joinedAt: number | null;
  readonly createdAt: number | null;
  readonly disconnectReason: string | null;
  /** On our clock. */
  readonly receivedAt: number;
  /** Of a sweep of the room: who was ACTIVE in it at `createdAt`. */
  readonly active?: readonly Swept[];
}

export type Swept = Pick<Seen, 'identity' | 'person' | 'joinedAtMs' | 'joinedAt'> & {
  readonly participantSid: string;
};

/** One participant sid: one device, from joining to leaving. */
export interface Connection {
  readonly sid: string;
  identity: string;
  roomName: string;
  roomSid: string | undefined;
  person: boolean;
  joinedAtMs: number | undefined;
  joinedAt: number | undefined;
  /** createdAt of participant_joined. */
  joinSaidAt: number | undefined;
  /** It was in the room: joined, left, published or was swept. Aborted alone never was. */
  wasIn: boolean;
  leftAt: number | undefined;
  abortedAt: number | undefined;
  firstSeenAt: number | undefined;
  lastSeenAt: number | undefined;
  lastSweptAt: number | undefined;
  /** Of the earliest leaving, by (time, word). */
  reason: readonly [at: number, word: string] | undefined;
}

export interface Evidence {
  readonly connections: Map<string, Connection>;
  /** Room sid, and room name for whom only a sweep saw → when it was said to be finished. */
  readonly finishes: Map<string, Set<number>>;
  /** Room name → when it was swept. */
  readonly sweeps: Map<string, Set<number>>;
  /** Each corrected person's last correction. */
  readonly corrections: Map<string, Correction>;
  /** Was anything heard of the session's rooms that shows we could see it? */
  heard: boolean;
  /** Our clock at the last delivery; a sweep is none, or a class swept each minute would not become quiet. */
  lastDeliveryAt: number | undefined;
}

export const noEvidence = (): Evidence => ({
  connections: new Map(),
  finishes: new Map(),
  sweeps: new Map(),
  corrections: new Map(),
  heard: false,
  lastDeliveryAt: undefined,
});

/** The evidence of a set of events and corrections; for tests and small sessions. */
export function gather(
  events: Iterable<Seen>,
  proof: Proof,
  corrections: Iterable<Correction> = [],
): Evidence {
  const evidence = noEvidence();
  for (const seen of events) add(evidence, seen, proof);
  for (const correction of corrections) correct(evidence, correction);
  return evidence;
}

/** Adds one correction, in place: the last of a person is the one with the greatest number, however they come. */
export function correct({ corrections }: Evidence, correction: Correction): void {
  const known = corrections.get(correction.userId);
  if (known === undefined || known.seq < correction.seq) corrections.set(correction.userId, correction);
}

/** Adds one event, in place: a session of 100,000 events is read in pages and never held whole. */
export function add(evidence: Evidence, seen: Seen, proof: Proof): void {
  const at = seen.createdAt;
  if (seen.active === undefined) evidence.lastDeliveryAt = latest(evidence.lastDeliveryAt, seen.receivedAt);
  const { from, to } = seen.active === undefined ? proof.own : proof.other;
  if (at !== null && at >= from && at <= to) evidence.heard = true;
  if (seen.event === 'room_finished') {
    for (const room of [seen.roomSid, seen.roomName]) remember(evidence.finishes, room, at);
  } else if (seen.active !== undefined) addSweep(evidence, seen, seen.active);
  else if (seen.participantSid !== null && seen.identity !== null) {
    addParticipant(connectionOf(evidence, seen.participantSid, seen.identity, seen), seen);
  }
}

function addSweep(evidence: Evidence, sweep: Seen, active: readonly Swept[]): void {
  remember(evidence.sweeps, sweep.roomName, sweep.createdAt);
  for (const one of active) {
    if (one.identity === null) continue;
    const connection = connectionOf(evidence, one.participantSid, one.identity, sweep);
    addJoining(connection, one);
    see(connection, sweep.createdAt);
    connection.lastSweptAt = latest(connection.lastSweptAt, sweep.createdAt);
  }
}

function addParticipant(connection: Connection, seen: Seen): void {
  addJoining(connection, seen);
  switch (seen.event) {
    case 'participant_joined':
      connection.joinSaidAt = earliest(connection.joinSaidAt, seen.createdAt);
      see(connection, seen.createdAt);
      break;
    case 'participant_left':
      connection.wasIn = true;
      connection.leftAt = earliest(connection.leftAt, seen.createdAt);
      addReason(connection, seen);
      break;
    case 'participant_connection_aborted':
      connection.abortedAt = earliest(connection.abortedAt, seen.createdAt);
      addReason(connection, seen);
      break;
    case 'track_published':
    case 'track_unpublished': // only somebody who is in has tracks
      see(connection, seen.createdAt);
      break;
    default: // a name we do not know proves nothing
  }
}

function connectionOf(evidence: Evidence, sid: string, identity: string, room: Seen): Connection {
  const known = evidence.connections.get(sid);
  if (known !== undefined) {
    // One sid has one identity and one room. Were they ever to differ, the least is taken: not the first to arrive.
    known.identity = least(known.identity, identity);
    known.roomName = least(known.roomName, room.roomName);
    known.roomSid = least(known.roomSid ?? room.roomSid ?? undefined, room.roomSid ?? known.roomSid);
    return known;
  }
  const fresh: Connection = {
    sid,
    identity,
    roomName: room.roomName,
    roomSid: room.roomSid ?? undefined,
    person: true,
    joinedAtMs: undefined,
    joinedAt: undefined,
    joinSaidAt: undefined,
    wasIn: false,
    leftAt: undefined,
    abortedAt: undefined,
    firstSeenAt: undefined,
    lastSeenAt: undefined,
    lastSweptAt: undefined,
    reason: undefined,
  };
  evidence.connections.set(sid, fresh);
  return fresh;
}

function addJoining(connection: Connection, seen: Pick<Seen, 'person' | 'joinedAtMs' | 'joinedAt'>): void {
  connection.person &&= seen.person;
  connection.joinedAtMs = earliest(connection.joinedAtMs, seen.joinedAtMs);
  connection.joinedAt = earliest(connection.joinedAt, seen.joinedAt);
}

function see(connection: Connection, at: number | null): void {
  connection.wasIn = true;
  connection.firstSeenAt = earliest(connection.firstSeenAt, at);
  connection.lastSeenAt = latest(connection.lastSeenAt, at);
}

function addReason(connection: Connection, seen: Seen): void {
  const at = seen.createdAt ?? Number.MAX_SAFE_INTEGER;
  const word = seen.disconnectReason ?? 'UNKNOWN_REASON';
  const known = connection.reason;
  if (known === undefined || at < known[0] || (at === known[0] && word < known[1]))
    connection.reason = [at, word];
}

function remember(sets: Map<string, Set<number>>, key: string | null, at: number | null): void {
  if (key === null || at === null) return;
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([at]));
  else set.add(at);
}

const earliest = (a: number | undefined, b: number | null): number | undefined =>
  b === null || (a !== undefined && a <= b) ? a : b;
const latest = (a: number | undefined, b: number | null): number | undefined =>
  b === null || (a !== undefined && a >= b) ? a : b;
const least = <Word extends string | undefined>(a: Word, b: Word): Word => (a! <= b! ? a : b);
