import type { Knex } from 'knex';
import type { Session } from '../domain/session.js';

/** A session as kept here. */
export interface KeptSession extends Session {
  readonly courseId: string;
  readonly number: number;
  readonly cancelled: boolean;
  /** As said in attendance.session-started. */
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  /** Its schedule changed after it was completed, and the next version waits for its new end. */
  readonly moved: boolean;
  /** Of its results; 0: not completed. */
  readonly latestVersion: number;
  /** Deliveries, sweeps and corrections that were there when it was last looked at. */
  readonly evidenceCount: number;
  /** enrollment's, of the session's own facts. */
  readonly version: number;
}

export interface KnownSession {
  readonly id: string;
  readonly courseId: string;
  readonly number: number;
  readonly teacherId: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly endsAt: Date;
  readonly deadlineAt: Date;
  readonly cancelled: boolean;
  readonly version: number;
}

/** Writes what is newer than what is known, in id order; whatever changed is looked at anew. A cancelled one is not. */
export async function upsertSessions(tx: Knex, sessions: readonly KnownSession[], now: Date): Promise<void> {
  const sorted = [...sessions].sort((a, b) => (a.id < b.id ? -1 : 1));
  await tx.raw(
    `insert into sessions as known (id, course_id, number, teacher_id, starts_at, duration_minutes, ends_at, deadline_at,
                                    cancelled, version, due_at)
     select id, "courseId", number, "teacherId", "startsAt", "durationMinutes", "endsAt", "deadlineAt", cancelled, version,
            case when cancelled then null else ?::timestamptz end
       from json_to_recordset(?::json) as row (id uuid, "courseId" uuid, number integer, "teacherId" uuid,
              "startsAt" timestamptz, "durationMinutes" integer, "endsAt" timestamptz, "deadlineAt" timestamptz,
              cancelled boolean, version integer)
     on conflict (id) do update set
       course_id = excluded.course_id, number = excluded.number, teacher_id = excluded.teacher_id,
       starts_at = excluded.starts_at, duration_minutes = excluded.duration_minutes, ends_at = excluded.ends_at,
       deadline_at = excluded.deadline_at, cancelled = excluded.cancelled, version = excluded.version,
       due_at = excluded.due_at,
       moved = known.latest_version > 0
         and (known.moved or (known.starts_at, known.ends_at) <> (excluded.starts_at, excluded.ends_at))
     where known.version < excluded.version`,
    [now, JSON.stringify(sorted)],
  );
}

/** Wakes of one turn at most; what is left waits for the next, a moment later. */
const WAKES = 1000;

/**
 * Turns wakes into due times and forgets them. Joining and leaving in the middle of a class need no look: only what could
 * start it (nobody said so yet), end it (its room was finished, or its time is over) or change its result does.
 * Returns how many there were.
 */
export async function takeWakes(tx: Knex, now: Date, graceMs: number): Promise<number> {
  const { rows } = await tx.raw(
    `with taken as (
       delete from wakes where id in (select id from wakes order by id for update skip locked limit ${WAKES})
       returning course_id, session_number, finished),
     rooms as (
       select course_id, session_number, bool_or(finished) as finished from taken group by course_id, session_number),
     -- Nobody told us of such a session yet: its deliveries wait, and somebody may want to know.
     unresolved as (
       insert into unresolved_rooms (course_id, session_number, first_heard_at, last_heard_at)
       select course_id, session_number, :now::timestamptz, :now::timestamptz from rooms
        where not exists (select from sessions where (course_id, number) = (rooms.course_id, rooms.session_number))
        order by course_id, session_number
       on conflict (course_id, session_number) do update set last_heard_at = excluded.last_heard_at),
     looked as (
       select id, rooms.finished,
              case when latest_version > 0 then :soon::timestamptz
                   when started_at is null or :now::timestamptz > ends_at + :grace::float8 * interval '1 ms' then :now
                   when finish_heard or rooms.finished then :soon end as wanted
         from sessions join rooms on (sessions.course_id, sessions.number) = (rooms.course_id, rooms.session_number)
        where not cancelled),
     woken as (
       update sessions set
         finish_heard = finish_heard or looked.finished,
         due_at = case when wanted is null then due_at else least(due_at, greatest(rest_until, wanted)) end
         from looked where looked.id = sessions.id)
     select count(*) as taken from taken`,
    { now, soon: new Date(now.getTime() + graceMs), grace: graceMs },
  );
  return rows[0].taken;
}

/** How many sessions one turn takes, and for how long they are its own: twice the longest computation seen. */
const CLAIM = 20;
const LEASE_MS = 30_000;

export interface Claimed {
  readonly ids: readonly string[];
  readonly until: Date;
}

/** Takes sessions that are due; no other replica sees them before the lease ends, though one may then do the same again. */
export async function claimDue(tx: Knex, now: Date): Promise<Claimed> {
  const until = new Date(now.getTime() + LEASE_MS);
  const { rows } = await tx.raw(
    `update sessions set due_at = ? where id in (
       select id from sessions where due_at <= ? order by due_at for update skip locked limit ${CLAIM})
     returning id`,
    [until, now],
  );
  return { ids: (rows as { id: string }[]).map(({ id }) => id), until };
}

/**
 * Puts off, to their end and the grace, those claimed ones of which nothing was ever heard: a timetable of a thousand classes
 * is not looked at class by class, and `completion` would say the same of each. Returns the others. A statement of its own,
 * behind the claim: what was heard and woken before the claim is seen here, and a wake that comes later waits for it.
 */
export async function putOff(
  tx: Knex,
  { ids }: Claimed,
  { now, grace }: { now: Date; grace: number },
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.raw(
    `update sessions set due_at = ends_at + :grace::float8 * interval '1 ms' + interval '1 ms'
      where id = any(:ids) and latest_version = 0 and not cancelled
        and ends_at + :grace::float8 * interval '1 ms' >= :now::timestamptz
        and not exists (select from deliveries where (course_id, session_number) = (sessions.course_id, sessions.number))
        and not exists (select from sweeps where (course_id, session_number) = (sessions.course_id, sessions.number))
        and not exists (select from corrections where session_id = sessions.id)
     returning id`,
    { ids, now, grace },
  );
  const later = new Set((rows as { id: string }[]).map(({ id }) => id));
  return ids.filter((id) => !later.has(id));
}

/** The result a look has made or found right, and how much there was when it read. */
export interface Computed {
  readonly version: number | undefined;
  readonly evidenceCount: number;
}

/** No version of a result. */
const NONE = -1;

/**
 * When to look again, unless somebody asked for an earlier look meanwhile; null: nothing to wait for. What was read counts as
 * computed only while its version is the newest: a rival may have written one by less, beside a look that wrote nothing.
 */
export async function lookAgain(
  tx: Knex,
  id: string,
  { again, rest, lease, computed }: { again: Date | null; rest: Date; lease: Date; computed: Computed },
): Promise<void> {
  await tx.raw(
    `update sessions set rest_until = ?, evidence_count = case when latest_version = ? then ?::integer else 0 end,
            due_at = case when due_at is not distinct from ?::timestamptz then ?::timestamptz
                          else least(due_at, ?::timestamptz) end
      where id = ?`,
    [rest, computed.version ?? NONE, computed.evidenceCount, lease, again, again, id],
  );
}

const columns = {
  id: 'id',
  courseId: 'course_id',
  number: 'number',
  teacherId: 'teacher_id',
  startsAt: 'starts_at',
  durationMinutes: 'duration_minutes',
  cancelled: 'cancelled',
  startedAt: 'started_at',
  completedAt: 'completed_at',
  moved: 'moved',
  latestVersion: 'latest_version',
  evidenceCount: 'evidence_count',
  version: 'version',
};

export async function readSession(db: Knex, id: string): Promise<KeptSession | undefined> {
  return keptOf(await db('sessions').select(columns).where({ id }).first());
}

/** The session, to this transaction alone until its end: two changes by hand come one after the other. */
export async function lockSession(tx: Knex.Transaction, id: string): Promise<KeptSession | undefined> {
  return keptOf(await tx('sessions').select(columns).where({ id }).first().forNoKeyUpdate());
}

const keptOf = (row: (Omit<KeptSession, 'startsAt'> & { startsAt: Date }) | undefined) =>
  row && { ...row, startsAt: row.startsAt.getTime() };

/** Asks for a look at this moment at the latest. */
export async function askToLook(tx: Knex, id: string, at: Date): Promise<void> {
  await tx('sessions')
    .where({ id })
    .update({ due_at: tx.raw('least(due_at, ?::timestamptz)', [at]) });
}

/** Marks the start once; whether this call did. */
export async function markStarted(tx: Knex, id: string, at: Date): Promise<boolean> {
  const changed = await tx('sessions').where({ id, started_at: null }).update({ started_at: at });
  return changed === 1;
}

/**
 * Takes the next version for this transaction: of two replicas that computed the same, the second finds it taken and
 * says nothing. A session cancelled meanwhile has no first version, and one moved meanwhile is computed anew.
 */
export async function takeVersion(
  tx: Knex,
  { id, latestVersion, version }: Pick<KeptSession, 'id' | 'latestVersion' | 'version'>,
  now: Date,
): Promise<boolean> {
  const changed = await tx('sessions')
    .where({ id, latest_version: latestVersion, version })
    .where((open) => open.where({ cancelled: false }).orWhere('latest_version', '>', 0))
    .update({
      latest_version: latestVersion + 1,
      completed_at: tx.raw('coalesce(completed_at, ?)', [now]),
      moved: false,
    });
  return changed === 1;
}

/** Its new end has come and changed no figure: there is nothing more to wait for. */
export async function forgetMove(
  tx: Knex,
  { id, version }: Pick<KeptSession, 'id' | 'version'>,
): Promise<void> {
  await tx('sessions').where({ id, version, moved: true }).update({ moved: false });
}
