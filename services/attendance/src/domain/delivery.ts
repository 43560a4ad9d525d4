/**
 * The facts inside one webhook body. Read from the raw JSON and not from the SDK's message, which decodes an unknown
 * `kind` to STANDARD: a robot would be a person. Both lowerCamelCase and snake_case, 64-bit integers as strings or
 * numbers, zero values absent: protojson allows all of it.
 */
import { parseRoomName, type RoomOf } from './room-name.js';

export interface Delivery {
  /** The video server's id of the event; null in servers that send none. */
  readonly eventId: string | null;
  readonly event: string;
  readonly roomName: string | null;
  readonly roomSid: string | null;
  /** The session the room's name speaks of; undefined: not one of ours. */
  readonly room: RoomOf | undefined;
  readonly participantSid: string | null;
  readonly identity: string | null;
  /** As sent; null when absent, which means STANDARD. */
  readonly kind: string | null;
  readonly hidden: boolean;
  readonly recorder: boolean;
  readonly agent: boolean;
  readonly joinedAtMs: number | null;
  /** `joinedAt`, which has seconds only, in milliseconds. */
  readonly joinedAt: number | null;
  readonly createdAt: number | null;
  readonly disconnectReason: string | null;
  /** Why the event is kept but not used. */
  readonly quarantine: 'undecodable' | 'implausible-time' | 'unstorable-text' | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Before this no LiveKit existed: a smaller number is the wrong unit. 2015-01-01. */
const EARLIEST = 1_420_070_400_000;
/** A larger one is milliseconds or nanoseconds where seconds belong: ten years, in milliseconds. */
const TOO_FAR_AHEAD = 10 * 365.25 * 86_400_000;

/** Reads a body that is signed. Throws nothing: what cannot be read comes back quarantined. */
export function readDelivery(text: string, now: number): Delivery {
  const body = parse(text);
  const event = body && string(body.event);
  if (!body || !event) return undecodable;
  const room = object(field(body, 'room'));
  const participant = object(field(body, 'participant'));
  const roomName = string(room.name) ?? roomOfJob(body);
  const createdAt = seconds(field(body, 'createdAt'));
  const read = {
    eventId: string(body.id),
    event,
    roomName,
    roomSid: string(room.sid),
    room: roomName === null ? undefined : parseRoomName(roomName),
    ...participantFacts(participant, now),
    createdAt: plausible(createdAt, now) ? createdAt : null,
  };
  return { ...read, quarantine: quarantineOf(createdAt, [body, room, participant], now) };
}

/** The same facts of a participant as the video server lists him. */
export function readParticipant(json: unknown, now: number) {
  const { disconnectReason: _none, ...facts } = participantFacts(object(json), now);
  return facts;
}

function participantFacts(participant: Json, now: number) {
  const permission = object(field(participant, 'permission'));
  const joinedAtMs = integer(field(participant, 'joinedAtMs'));
  const joinedAt = seconds(field(participant, 'joinedAt'));
  return {
    participantSid: string(participant.sid),
    identity: identityOf(participant.identity),
    kind: kindOf(participant.kind),
    hidden: permission.hidden === true,
    recorder: permission.recorder === true,
    agent: permission.agent === true,
    joinedAtMs: plausible(joinedAtMs, now) ? joinedAtMs : null,
    joinedAt: plausible(joinedAt, now) ? joinedAt : null,
    disconnectReason: reasonOf(field(participant, 'disconnectReason')),
  };
}

const undecodable: Delivery = {
  eventId: null,
  event: '',
  roomName: null,
  roomSid: null,
  room: undefined,
  participantSid: null,
  identity: null,
  kind: null,
  hidden: false,
  recorder: false,
  agent: false,
  joinedAtMs: null,
  joinedAt: null,
  createdAt: null,
  disconnectReason: null,
  quarantine: 'undecodable',
};

/** An absent time is no fault; one in the wrong unit is, and nothing else of such an event is believed. */
function quarantineOf(createdAt: number | null, parts: readonly Json[], now: number): Delivery['quarantine'] {
  if (createdAt !== null && !plausible(createdAt, now)) return 'implausible-time';
  return parts.some((part) =>
    ['id', 'event', 'name', 'sid', 'identity'].some((key) => isUnstorable(part[key])),
  )
    ? 'unstorable-text'
    : null;
}

/** Egress and ingress name their room inside their own part too, and may have no `room`. */
function roomOfJob(body: Json): string | null {
  const job = object(field(body, 'egressInfo') ?? field(body, 'ingressInfo'));
  return string(field(job, 'roomName'));
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const SNAKE: Readonly<Record<string, string>> = Object.fromEntries(
  ['createdAt', 'joinedAt', 'joinedAtMs', 'disconnectReason', 'egressInfo', 'ingressInfo', 'roomName'].map(
    (name) => [name, snake(name)],
  ),
);

const field = (json: Json, name: string): unknown => json[name] ?? json[SNAKE[name] ?? name];

/** Names and ids are short; a longer one is hostile and would not fit an index. */
const MAX_TEXT = 500;

/** What PostgreSQL or UTF-8 cannot hold: NUL and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

const isUnstorable = (value: unknown): boolean =>
  typeof value === 'string' && (value.length > MAX_TEXT || UNSTORABLE.test(value));

const string = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && !isUnstorable(value) ? value : null;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user's id is written small here as everywhere, or he would be two people, and absent as the one who paid. */
function identityOf(value: unknown): string | null {
  const identity = string(value);
  return identity !== null && ID.test(identity) ? identity.toLowerCase() : identity;
}

/** A whole number, sent as one or as a string. Zero is protojson's 'absent'. What is neither is NaN: implausible. */
function integer(value: unknown): number | null {
  if (value === undefined || value === null || value === 0 || value === '0') return null;
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number.NaN;
  return typeof value === 'string' && /^-?\d{1,30}$/.test(value) ? Number(value) : Number.NaN;
}

function seconds(value: unknown): number | null {
  const whole = integer(value);
  return whole === null ? null : whole * 1000;
}

const plausible = (ms: number | null, now: number): ms is number =>
  ms !== null && ms >= EARLIEST && ms <= now + TOO_FAR_AHEAD;

/** LiveKit's numbers for kinds of participants; every other number stays one and counts as no person. */
const KINDS: Readonly<Record<number, string>> = {
  0: 'STANDARD',
  1: 'INGRESS',
  2: 'EGRESS',
  3: 'SIP',
  4: 'AGENT',
};

/** null: absent, which is STANDARD. Anything that is not a plain name is kept as a word no rule knows. */
function kindOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return KINDS[value] ?? 'UNKNOWN';
  return string(value) ?? 'UNKNOWN';
}

const reasonOf = (value: unknown): string | null =>
  typeof value === 'number' ? `REASON_${value}` : string(value);
