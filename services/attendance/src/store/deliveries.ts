import type { Knex } from 'knex';
import type { Delivery } from '../domain/delivery.js';
import { add, type Evidence, noEvidence, type Seen } from '../domain/evidence.js';
import type { Window } from '../domain/intervals.js';
import { proofOf, type Rules, type Session } from '../domain/session.js';

export interface NewDelivery extends Omit<Delivery, 'eventId'> {
  readonly eventId: string;
  readonly receivedAt: Date;
  /** Of the body as it came. */
  readonly sha256: Buffer;
  readonly body: Buffer;
  readonly traceparent: string | null;
}

/** `conflicting`: the id is known with another body. The first is kept. */
export type Stored = 'stored' | 'duplicate' | 'conflicting';

/**
 * One statement, so one round trip and one commit: the rows, and a wake for each of our rooms among the new ones. Sorted
 * by id, so that two replicas with the same repeats wait for each other and never in a circle. The rows travel as one
 * JSON text: array literals of bodies would be escaped twice.
 */
const INSERT = `
  with given as (
    select * from json_to_recordset(?::json) as row (
      event_id text, received_at timestamptz, sha256 text, body text, traceparent text, event text, room_name text,
      room_sid text, course_id uuid, session_number integer, participant_sid text, identity text, kind text,
      hidden boolean, recorder boolean, agent boolean, joined_at_ms bigint, joined_at bigint, created_at bigint,
      disconnect_reason text, quarantine text)),
  fresh as (
    insert into deliveries (event_id, received_at, body_sha256, body, traceparent, event, room_name, room_sid, course_id,
      session_number, participant_sid, identity, kind, hidden, recorder, agent, joined_at_ms, joined_at, created_at,
      disconnect_reason, quarantine)
    select event_id, received_at, decode(sha256, 'hex'), decode(body, 'base64'), traceparent, event, room_name, room_sid,
      course_id, session_number, participant_sid, identity, kind, hidden, recorder, agent, joined_at_ms, joined_at,
      created_at, disconnect_reason, quarantine
      from given order by event_id
    on conflict (event_id) do nothing
    returning event_id, event, course_id, session_number),
  woken as (
    insert into wakes (course_id, session_number, finished)
    select course_id, session_number, bool_or(event = 'room_finished')
      from fresh where course_id is not null group by course_id, session_number)
  select event_id from fresh`;

/** Stores all or none; one outcome for each, in their order. Of an id that comes twice the first is kept. */
export async function insertDeliveries(db: Knex, given: readonly NewDelivery[]): Promise<readonly Stored[]> {
  const first = new Map<string, NewDelivery>();
  for (const delivery of given) if (!first.has(delivery.eventId)) first.set(delivery.eventId, delivery);
  const { rows } = await db.raw(INSERT, [JSON.stringify([...first.values()].map(rowOf))]);
  const fresh = new Set((rows as { event_id: string }[]).map((row) => row.event_id));
  const known = await hashes(
    db,
    [...first.keys()].filter((id) => !fresh.has(id)),
  );
  return given.map((delivery) => {
    const kept = first.get(delivery.eventId)!;
    if (kept === delivery && fresh.has(delivery.eventId)) return 'stored';
    return (known.get(delivery.eventId) ?? kept.sha256).equals(delivery.sha256) ? 'duplicate' : 'conflicting';
  });
}

const rowOf = (delivery: NewDelivery) => ({
  event_id: delivery.eventId,
  received_at: delivery.receivedAt,
  sha256: delivery.sha256.toString('hex'),
  body: delivery.body.toString('base64'),
  traceparent: delivery.traceparent,
  event: delivery.event,
  room_name: delivery.roomName,
  room_sid: delivery.roomSid,
  course_id: delivery.room?.courseId,
  session_number: delivery.room?.number,
  participant_sid: delivery.participantSid,
  identity: delivery.identity,
  kind: delivery.kind,
  hidden: delivery.hidden,
  recorder: delivery.recorder,
  agent: delivery.agent,
  joined_at_ms: delivery.joinedAtMs,
  joined_at: delivery.joinedAt,
  created_at: delivery.createdAt,
  disconnect_reason: delivery.disconnectReason,
  quarantine: delivery.quarantine,
});

async function hashes(db: Knex, ids: readonly string[]): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const rows: { event_id: string; body_sha256: Buffer }[] = await db('deliveries')
    .select('event_id', 'body_sha256')
    .whereIn('event_id', [...ids]);
  return new Map(rows.map((row) => [row.event_id, row.body_sha256]));
}

/** Rows of one page: 5,000 are about 3 MB as objects, and a session of 100,000 events is never held whole. */
const PAGE = 5_000;

export interface Room {
  readonly courseId: string;
  readonly number: number;
}

/** All that is known of a session, from the rooms that bear its name; lessons' rooms count too. */
export async function readEvidence(
  db: Knex,
  { room, session, rules }: { room: Room; session: Session; rules: Rules },
): Promise<Evidence> {
  const evidence = noEvidence();
  const proof = proofOf(session, rules);
  for (let after = 0; ; ) {
    const page = await factsPage(db, room, { after, sip: rules.sip });
    for (const fact of page) add(evidence, fact, proof);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return evidence;
    after = last.seq;
  }
}

/** The extracted columns alone, by the index, in the order they came. */
async function factsPage(
  db: Knex,
  room: Room,
  { after, sip }: { after: number; sip: boolean },
): Promise<(Seen & { seq: number })[]> {
  const { rows } = await db.raw(
    `select seq, event, room_name as "roomName", room_sid as "roomSid", participant_sid as "participantSid", identity,
            (kind is null or kind = any(?)) and not (hidden or recorder or agent) as person,
            joined_at_ms as "joinedAtMs", joined_at as "joinedAt", created_at as "createdAt",
            disconnect_reason as "disconnectReason",
            (extract(epoch from received_at) * 1000)::bigint as "receivedAt"
       from deliveries
      where course_id = ? and session_number = ? and seq > ? and quarantine is null
      order by seq limit ${PAGE}`,
    [sip ? ['STANDARD', 'SIP'] : ['STANDARD'], room.courseId, room.number, after],
  );
  return rows;
}

/**
 * Had we heard of any room, by the end of these, what happened between them? Then webhooks reached us, and silence means
 * nobody came. What comes later changes no answer.
 */
export async function heardBetween(db: Knex, { from, to }: Window): Promise<boolean> {
  const { rows } = await db.raw(
    `select exists (select from deliveries where created_at between :from and :to and quarantine is null
                       and received_at <= to_timestamp(:to / 1000.0)) as heard`,
    { from, to },
  );
  return rows[0].heard;
}

/** The trace of the last delivery for a room: what is said of the session goes on with it. */
export async function lastTrace(db: Knex, room: Room): Promise<string | undefined> {
  const { rows } = await db.raw(
    'select traceparent from deliveries where course_id = ? and session_number = ? order by seq desc limit 1',
    [room.courseId, room.number],
  );
  return rows[0]?.traceparent ?? undefined;
}
