import type { DataOf } from '@rollcall/contracts/event';
import type { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { Knex } from 'knex';
import type { Presence } from '../domain/decide.js';
import { JUDGEABLE } from './to-judge.js';

/** Makes the missing rows and locks all of them in id order. Returns the ids of those that are over or cancelled. */
export async function lockSessions(tx: Knex.Transaction, ids: readonly string[]): Promise<string[]> {
  const sorted = [...new Set(ids)].sort();
  await tx.raw('insert into sessions (id) select unnest(?::uuid[]) on conflict do nothing', [sorted]);
  const rows: { id: string; over: boolean }[] = await tx('sessions')
    .whereIn('id', sorted)
    .orderBy('id')
    .forUpdate()
    .select('id', tx.raw('completed_at is not null or cancelled_at is not null as over'));
  return rows.filter((row) => row.over).map((row) => row.id);
}

/** Keeps the newest version of what enrollment says of each session, ids distinct. The rows are there and locked. */
export async function learnSessions(
  tx: Knex.Transaction,
  sessions: readonly DataOf<typeof sessionScheduled>[],
): Promise<void> {
  await tx.raw(
    `update sessions s
     set version = n.version, course_id = n."courseId", teacher_id = n."teacherId", starts_at = n."startsAt",
         ends_at = n."startsAt" + make_interval(mins => n."durationMinutes")
     from json_to_recordset(?) as n ("sessionId" uuid, version int, "courseId" uuid, "teacherId" uuid,
                                     "startsAt" timestamptz, "durationMinutes" int)
     where s.id = n."sessionId" and s.version < n.version`,
    [JSON.stringify(sessions)],
  );
}

/** A cancelled session stays cancelled, whatever older news comes after. */
export async function cancelSessions(tx: Knex.Transaction, ids: readonly string[], now: Date): Promise<void> {
  await tx('sessions')
    .whereIn('id', ids)
    .whereNull('cancelled_at')
    .update({ cancelled_at: now, ended_by: tx.raw("coalesce(ended_by, 'cancelled')") });
}

export interface Start {
  readonly sessionId: string;
  /** The earliest heard of stands. */
  readonly at: string;
}

/** Keeps when each session was seen to start. The rows are there and locked. */
export async function startSessions(tx: Knex.Transaction, starts: readonly Start[]): Promise<void> {
  await tx.raw(
    `update sessions s set started_at = least(s.started_at, n.at)
       from (select "sessionId" as id, min(at) as at
               from json_to_recordset(?) as n ("sessionId" uuid, at timestamptz) group by 1) as n
      where s.id = n.id`,
    [JSON.stringify(starts)],
  );
}

export interface Result {
  readonly sessionId: string;
  readonly startedAt: string | null;
  readonly observed: boolean;
  readonly scheduledSeconds: number;
  readonly version: number;
  readonly people: readonly (Presence & { readonly userId: string })[];
}

/**
 * Keeps the newest result of each session, ids distinct, with who was seen; an older one changes nothing. Returns those
 * it kept. The first one completes the session.
 */
export async function keepResults(
  tx: Knex.Transaction,
  results: readonly Result[],
  now: Date,
): Promise<Result[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `update sessions s
     set completed_at = coalesce(s.completed_at, :now), ended_by = coalesce(s.ended_by, 'completed'), facts_at = :now,
         started_at = least(s.started_at, n."startedAt"), observed = n.observed, scheduled_seconds = n."scheduledSeconds", attendance_version = n.version,
         looked_version = case when s.completed_at is null then n.version else s.looked_version end
     from json_to_recordset(:results) as n ("sessionId" uuid, "startedAt" timestamptz, observed boolean,
                                             "scheduledSeconds" int, version int)
     where s.id = n."sessionId" and (s.attendance_version is null or s.attendance_version < n.version)
     returning s.id`,
    { now, results: JSON.stringify(results.map(({ people: _, ...facts }) => facts)) },
  );
  const ids = new Set(rows.map((row) => row.id));
  const kept = results.filter(({ sessionId }) => ids.has(sessionId));
  const newer = kept.filter(({ version }) => version > 1).map(({ sessionId }) => sessionId);
  if (newer.length > 0) await tx('presences').whereIn('session_id', newer).delete();
  const seen = kept.flatMap(({ sessionId, people }) => people.map((one) => ({ sessionId, ...one })));
  await tx.raw(
    'insert into presences select * from unnest(?::uuid[], ?::uuid[], ?::int[], ?::int[], ?::boolean[])',
    [
      seen.map((one) => one.sessionId),
      seen.map((one) => one.userId),
      seen.map((one) => one.seconds),
      seen.map((one) => one.maxSeconds),
      seen.map((one) => one.corrected ?? false),
    ],
  );
  return kept;
}

/** Who of `userIds` was seen in which of the sessions. */
export async function presencesOf(
  tx: Knex.Transaction,
  sessionIds: readonly string[],
  userIds: readonly string[],
): Promise<Map<string, Map<string, Presence>>> {
  const bySession = new Map(sessionIds.map((id) => [id, new Map<string, Presence>()]));
  const { rows } = await tx.raw<{ rows: PresenceRow[] }>(
    'select * from presences where session_id = any(?::uuid[]) and user_id = any(?::uuid[])',
    [[...sessionIds], [...userIds]],
  );
  for (const { session_id, user_id, seconds, max_seconds, corrected } of rows)
    bySession.get(session_id)?.set(user_id, { seconds, maxSeconds: max_seconds, corrected });
  return bySession;
}

interface PresenceRow {
  readonly session_id: string;
  readonly user_id: string;
  readonly seconds: number;
  readonly max_seconds: number;
  readonly corrected: boolean;
}

export interface Standing {
  readonly sessionId: string;
  readonly currency: string;
  readonly released: number;
  readonly refunded: number;
  readonly review: number;
  readonly teacher: number;
  readonly commission: number;
  readonly referral: number;
  readonly refund: number;
  readonly version: number;
}

/** How the completed ones of these sessions stand in which no hold waits any more, one row a currency. */
export async function countSettled(tx: Knex.Transaction, sessionIds: readonly string[]): Promise<Standing[]> {
  const { rows } = await tx.raw<{ rows: Standing[] }>(
    `with settled as (
       update sessions s set settled_version = settled_version + 1
       where id = any(?::uuid[]) and completed_at is not null and cancelled_at is null
         and not exists (select from holds h where h.session_id = s.id and h.status = 'held')
       returning id, settled_version
     )
     select s.id as "sessionId", h.currency, s.settled_version as version,
            count(*) filter (where h.status in ('released', 'split')) as released,
            count(*) filter (where h.status = 'refunded') as refunded,
            count(*) filter (where h.status in ('review', 'disputed')) as review,
            coalesce(sum(d.teacher), 0)::bigint as teacher, coalesce(sum(d.commission), 0)::bigint as commission,
            coalesce(sum(d.referral), 0)::bigint as referral, coalesce(sum(d.refund), 0)::bigint as refund
     from settled s
     join holds h on h.session_id = s.id
     left join decisions d on d.hold_id = h.id and d.version = h.decision_version
     group by s.id, h.currency, s.settled_version`,
    [[...sessionIds]],
  );
  return rows;
}

/** Ended sessions that still have holds nobody judged, although nothing is missing: a gap for the sweep. */
export async function unjudgedSessions(db: Knex, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct s.id from holds h join sessions s on s.id = h.session_id
     where ${JUDGEABLE} order by s.id limit ?`,
    [limit],
  );
  return rows.map((row) => row.id);
}

/**
 * A session is over at the latest 60 minutes after its scheduled end, when the window for it closes; half an hour more is
 * for a queue that lags. A result that has not come by then was lost, or never made. SQL.
 */
export const RESULT_DUE = "interval '90 minutes'";

/**
 * Sessions with holds whose result is due and did not come: takes them for this sweep, those never asked for first, so
 * that what nobody can answer keeps nothing else from being asked for.
 */
export async function takeUnheard(
  tx: Knex.Transaction,
  { askedBefore, now, limit }: { askedBefore: Date; now: Date; limit: number },
): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `with unheard as (
       select id from sessions s
        where ended_by is null and ends_at < cast(:now as timestamptz) - ${RESULT_DUE}
          and (asked_at is null or asked_at < :askedBefore)
          and exists (select from holds h where h.session_id = s.id and h.status in ('held', 'disputed'))
        order by asked_at nulls first, ends_at limit :limit for update skip locked
     )
     update sessions s set asked_at = :now from unheard where s.id = unheard.id returning s.id`,
    { askedBefore, now, limit },
  );
  return rows.map((row) => row.id);
}

/** A session and the result its ended holds have not been held against, or not all of them. */
export interface Amended {
  readonly sessionId: string;
  readonly attendanceVersion: number;
}

/** Of these sessions, or of all; the oldest amendment first. */
export async function amendedSessions(
  db: Knex,
  { ids, limit }: { ids?: readonly string[]; limit: number },
): Promise<Amended[]> {
  const { rows } = await db.raw<{ rows: Amended[] }>(
    `select id as "sessionId", attendance_version as "attendanceVersion" from sessions
     where attendance_version > looked_version and (cast(:ids as uuid[]) is null or id = any(:ids))
     order by facts_at, id limit :limit`,
    { ids: ids === undefined ? null : [...ids], limit },
  );
  return rows;
}

/** Every ended hold was held against this result; a newer one heard meanwhile is somebody else's to look at. */
export async function markLooked(
  tx: Knex.Transaction,
  { sessionId, attendanceVersion }: Amended,
): Promise<void> {
  await tx('sessions')
    .where({ id: sessionId, attendance_version: attendanceVersion })
    .update({ looked_version: attendanceVersion });
}
