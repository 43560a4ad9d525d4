import type { Knex } from 'knex';
import type { Delivery } from '../domain/delivery.js';
import { add, type Evidence, type Swept } from '../domain/evidence.js';
import { roomNameOf } from '../domain/room-name.js';
import type { Proof, Rules } from '../domain/session.js';
import type { Room } from './deliveries.js';

export interface NamedRoom extends Room {
  readonly name: string;
}

/** Rooms are swept to this long after the end, in milliseconds: who is still in then is not in class. */
const AFTER = 30 * 60_000;

/** Sessions of one turn, and rooms of one session beside its own: more is no timetable but a fault. */
const SESSIONS = 5_000;
const OTHER_ROOMS = 50;

/** Every room that may have a class in it now: each session's own, and those under other names that were heard of. */
export async function roomsToSweep(db: Knex, now: Date, rules: Rules): Promise<NamedRoom[]> {
  const { rows } = await db.raw(
    `select distinct on (course_id, number) course_id as "courseId", number, array(
              select distinct room_name from deliveries
               where course_id = sessions.course_id and session_number = sessions.number
                 and room_name <> 'course_' || course_id::text || '_session_' || session_number::text
               limit ${OTHER_ROOMS}) as others
       from sessions where not cancelled and ends_at >= ? and starts_at <= ? limit ${SESSIONS}`,
    [new Date(now.getTime() - AFTER), new Date(now.getTime() + rules.before)],
  );
  return (rows as (Room & { others: string[] })[]).flatMap(({ others, courseId, number }) =>
    [roomNameOf(courseId, number), ...others].map((name) => ({ courseId, number, name })),
  );
}

/** Somebody who was in. */
export type Sighting = Pick<
  Delivery,
  'participantSid' | 'identity' | 'kind' | 'hidden' | 'recorder' | 'agent' | 'joinedAtMs' | 'joinedAt'
>;

export interface NewSweep extends NamedRoom {
  /** On our clock, before we asked. */
  readonly askedAt: Date;
  readonly active: readonly Sighting[];
}

/** Keeps a good answer, and wakes its session as a webhook does. */
export async function insertSweep(
  db: Knex,
  { courseId, number, name, askedAt, active }: NewSweep,
): Promise<void> {
  await db.raw(
    `with room as (select ?::uuid as course_id, ?::integer as session_number),
     woken as (
       insert into wakes (course_id, session_number, finished) select course_id, session_number, false from room)
     insert into sweeps (course_id, session_number, room_name, asked_at, active)
     select course_id, session_number, ?, ?, ? from room`,
    [courseId, number, name, askedAt, JSON.stringify(active)],
  );
}

/** Rows of one page: with 10,000 people in the room 20 of them are about 30 MB as objects. */
const PAGE = 20;

/** Adds what the sweeps of a session saw. */
export async function addSweeps(
  db: Knex,
  evidence: Evidence,
  { room, proof, sip }: { room: Room; proof: Proof; sip: boolean },
): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await db.raw(
      `select seq, room_name as "roomName", (extract(epoch from asked_at) * 1000)::bigint as "askedAt", active
         from sweeps where course_id = ? and session_number = ? and seq > ? order by seq limit ${PAGE}`,
      [room.courseId, room.number, after],
    );
    for (const { roomName, askedAt, active } of rows as Row[]) {
      const sweep = { ...nobody, roomName, createdAt: askedAt, receivedAt: askedAt };
      add(evidence, { ...sweep, active: active.flatMap((one) => sweptOf(one, sip)) }, proof);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.seq;
  }
}

interface Row {
  readonly roomName: string;
  readonly askedAt: number;
  readonly active: readonly Sighting[];
}

const nobody = {
  event: 'sweep',
  roomSid: null,
  participantSid: null,
  identity: null,
  person: false,
  joinedAtMs: null,
  joinedAt: null,
  disconnectReason: null,
};

function sweptOf(one: Sighting, sip: boolean): Swept[] {
  const { participantSid, identity, joinedAtMs, joinedAt } = one;
  if (participantSid === null) return [];
  const isOurKind = one.kind === null || one.kind === 'STANDARD' || (sip && one.kind === 'SIP');
  const person = isOurKind && !(one.hidden || one.recorder || one.agent);
  return [{ participantSid, identity, person, joinedAtMs, joinedAt }];
}
