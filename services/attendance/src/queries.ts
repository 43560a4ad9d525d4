import type {
  AttendanceRecord,
  listAttendance,
  readSessionAttendance,
} from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import type { Presence } from './domain/bounds.js';
import { basisPointsOf, confidenceOf, labelOf, type Scale } from './domain/label.js';
import { type Rules, scheduledMs } from './domain/session.js';
import { examineSession } from './store/examine-session.js';
import { type KeptSession, readSession } from './store/sessions.js';

type RecordShape = z.infer<typeof AttendanceRecord>;
type SessionShape = AnswerOf<typeof readSessionAttendance>;

/** Who was in class. Before completion: what is known at this moment, computed now, version 0. Others': 404. */
export const sessionAttendance =
  (rules: Rules, clock: () => Date) =>
  async (db: Database, input: InputOf<typeof readSessionAttendance>): Promise<SessionShape> => {
    const session = await readSession(db, input.params.sessionId);
    const mayRead = input.user.roles.includes('admin') || session?.teacherId === input.user.id;
    if (session === undefined || !mayRead) throw notFound('session');
    return session.latestVersion > 0 ? completed(db, session) : soFar(db, session, { rules, now: clock() });
  };

async function completed(db: Database, session: KeptSession): Promise<SessionShape> {
  const rows = await recordsOf(db)
    .where({ 'records.session_id': session.id })
    .orderBy([{ column: 'records.role', order: 'desc' }, { column: 'records.user_id' }]);
  const { scheduled_seconds, observed, started_at } = await db('results')
    .where({ session_id: session.id, version: session.latestVersion })
    .first();
  return {
    sessionId: session.id,
    status: 'completed',
    scheduledSeconds: scheduled_seconds,
    observed,
    version: session.latestVersion,
    startedAt: started_at?.toISOString() ?? null,
    completedAt: session.completedAt?.toISOString() ?? null,
    data: rows.map(recordOfRow),
  };
}

async function soFar(
  db: Database,
  session: KeptSession,
  { rules, now }: { rules: Rules; now: Date },
): Promise<SessionShape> {
  const { seen, observed } = await examineSession(db, session, rules);
  const scale = { startsAt: session.startsAt, scheduledSeconds: scheduledMs(session) / 1000, observed };
  const open = seen.startedAt === null ? 'waiting' : 'live';
  return {
    sessionId: session.id,
    status: session.cancelled ? 'cancelled' : open,
    scheduledSeconds: scale.scheduledSeconds,
    observed,
    version: 0,
    startedAt: instant(seen.startedAt),
    completedAt: null,
    data: [seen.teacher, ...seen.people].map((presence) =>
      recordOf(presence, { ...scale, sessionId: session.id, version: 0, createdAt: now }),
    ),
  };
}

/** One's own attendance in completed sessions, newest session first. */
export async function myAttendance(
  db: Database,
  { query, user }: InputOf<typeof listAttendance>,
): Promise<AnswerOf<typeof listAttendance>> {
  const after = afterOf(query.cursor);
  const rows = await recordsOf(db)
    .where({ 'records.user_id': user.id })
    .modify((rest) => {
      if (after)
        rest.whereRaw('(sessions.starts_at, sessions.id) < (to_timestamp(?::float8), ?::text::uuid)', after);
    })
    .orderBy([
      { column: 'sessions.starts_at', order: 'desc' },
      { column: 'sessions.id', order: 'desc' },
    ])
    .limit(query.limit + 1);
  return listPage(rows, query.limit, recordOfRow, (row) => [row.starts_at.getTime() / 1000, row.session_id]);
}

/** The end of what a timestamp of ours may be, 2100, in seconds: a made-up number past it would be an error of SQL. */
const LATEST = 4_102_444_800;

/** Start in seconds and session id of the last one shown. */
const afterOf = (cursor: string | undefined) =>
  decodeCursor(cursor, z.coerce.number().min(0).max(LATEST), Id);

interface RecordRow {
  readonly session_id: string;
  readonly version: number;
  readonly user_id: string;
  readonly role: 'teacher' | 'participant';
  readonly seconds: number;
  readonly max_seconds: number;
  readonly overlap_seconds: number;
  readonly first_seen_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly intervals: Presence['intervals'];
  readonly disconnects: string[];
  readonly scheduled_seconds: number;
  readonly observed: boolean;
  readonly created_at: Date;
  readonly starts_at: Date;
}

/** Records of latest versions, with what their labels are read by. */
const recordsOf = (db: Database) =>
  db<RecordRow>('records')
    .join('sessions', { 'sessions.id': 'records.session_id', 'sessions.latest_version': 'records.version' })
    .join('results', { 'results.session_id': 'records.session_id', 'results.version': 'records.version' })
    .select<RecordRow[]>(
      'records.*',
      'sessions.starts_at',
      'results.scheduled_seconds',
      'results.observed',
      'results.created_at',
    );

const recordOfRow = (row: RecordRow): RecordShape =>
  recordOf(
    {
      userId: row.user_id,
      role: row.role,
      seconds: row.seconds,
      maxSeconds: row.max_seconds,
      overlapSeconds: row.overlap_seconds,
      firstSeenAt: row.first_seen_at?.getTime() ?? null,
      lastSeenAt: row.last_seen_at?.getTime() ?? null,
      intervals: row.intervals,
      disconnects: row.disconnects,
    },
    {
      sessionId: row.session_id,
      version: row.version,
      createdAt: row.created_at,
      startsAt: row.starts_at.getTime(),
      scheduledSeconds: row.scheduled_seconds,
      observed: row.observed,
    },
  );

interface Frame extends Scale {
  readonly sessionId: string;
  readonly version: number;
  readonly createdAt: Date;
}

function recordOf(presence: Presence, frame: Frame): RecordShape {
  const percentBasisPoints = basisPointsOf(presence.seconds, frame.scheduledSeconds);
  return {
    id: `${frame.sessionId}:${presence.userId}`,
    sessionId: frame.sessionId,
    ...presence,
    percent: percentBasisPoints / 100,
    percentBasisPoints,
    status: labelOf(presence, frame),
    firstSeenAt: instant(presence.firstSeenAt),
    lastSeenAt: instant(presence.lastSeenAt),
    intervals: presence.intervals.map(({ from, to, exact }) => ({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      exact,
    })),
    disconnects: [...presence.disconnects],
    confidence: confidenceOf(presence, frame.observed),
    version: frame.version,
    createdAt: frame.createdAt.toISOString(),
  };
}

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
