import type { listAttendance, readSessionAttendance } from '@rollcall/contracts/api/attendance';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { instant } from './domain/instant.js';
import { type Label, labelOf } from './domain/label.js';
import { type Rules, scheduledMs } from './domain/session.js';
import { type RecordAnswer, recordAnswer } from './record-answer.js';
import { rosterOf } from './store/access.js';
import { examineSession } from './store/examine-session.js';
import { type PresenceRow, presenceOfRow } from './store/results.js';
import { type KeptSession, readSession } from './store/sessions.js';

type SessionAnswer = AnswerOf<typeof readSessionAttendance>;
type Reader = Pick<InputOf<typeof readSessionAttendance>, 'params' | 'user'>;

/**
 * Who was in class, by the newest result or the one asked for. Before completion: what is known at this moment, computed
 * now, version 0. Another teacher's session, and a version there is not: 404.
 */
export const sessionAttendance =
  (rules: Rules, clock: () => Date) =>
  async (db: Database, input: Reader, asked?: number): Promise<SessionAnswer> => {
    const session = await readSession(db, input.params.sessionId);
    const mayRead = input.user.roles.includes('admin') || session?.teacherId === input.user.id;
    if (session === undefined || !mayRead) throw notFound('session');
    const version = asked ?? session.latestVersion;
    if (version > session.latestVersion) throw notFound('version');
    return version > 0 ? completed(db, session, version) : soFar(db, session, { rules, now: clock() });
  };

/** One person in a session, as `sessionAttendance` shows him. */
export const personAttendance =
  (rules: Rules, clock: () => Date) =>
  async (db: Database, input: Reader, userId: string): Promise<RecordAnswer> => {
    const { data } = await sessionAttendance(rules, clock)(db, input);
    const record = data.find((one) => one.userId === userId);
    if (record === undefined) throw notFound('attendance');
    return record;
  };

async function completed(db: Database, session: KeptSession, version: number): Promise<SessionAnswer> {
  const rows = await recordsOf(db)
    .where({ 'records.session_id': session.id, 'records.version': version })
    .orderBy([{ column: 'records.role', order: 'desc' }, { column: 'records.user_id' }]);
  const { scheduled_seconds, observed, started_at, cause } = await db('results')
    .where({ session_id: session.id, version })
    .first();
  return {
    sessionId: session.id,
    status: session.cancelled ? 'cancelled' : 'completed',
    scheduledSeconds: scheduled_seconds,
    observed,
    version,
    cause,
    startedAt: started_at?.toISOString() ?? null,
    completedAt: session.completedAt?.toISOString() ?? null,
    data: rows.map(recordOfRow),
  };
}

async function soFar(
  db: Database,
  session: KeptSession,
  { rules, now }: { rules: Rules; now: Date },
): Promise<SessionAnswer> {
  const { seen, observed } = await examineSession(db, session, rules);
  const scale = { startsAt: session.startsAt, scheduledSeconds: scheduledMs(session) / 1000, observed };
  const open = seen.startedAt === null ? 'waiting' : 'live';
  const frame = { ...scale, sessionId: session.id, courseId: session.courseId, version: 0, createdAt: now };
  return {
    sessionId: session.id,
    status: session.cancelled ? 'cancelled' : open,
    scheduledSeconds: scale.scheduledSeconds,
    observed,
    version: 0,
    cause: null,
    startedAt: instant(seen.startedAt),
    completedAt: null,
    data: (await rosterOf(db, session.id, seen)).map((one) =>
      recordAnswer({ ...one, status: labelOf(one, scale), inRoom: seen.inside.has(one.userId) }, frame),
    ),
  };
}

/** One's own attendance in completed sessions, newest session first; `from` and `to` are of the session's start. */
export async function myAttendance(
  db: Database,
  { query, user }: InputOf<typeof listAttendance>,
): Promise<AnswerOf<typeof listAttendance>> {
  const after = afterOf(query.cursor);
  const rows = await recordsOf(db)
    .where({ 'records.user_id': user.id, 'records.version': db.ref('sessions.latest_version') })
    .modify((rest) => {
      if (query.status) rest.whereIn('records.status', query.status);
      if (query.courseId) rest.where({ 'sessions.course_id': query.courseId });
      if (query.from) rest.where('results.starts_at', '>=', query.from);
      if (query.to) rest.where('results.starts_at', '<', query.to);
      if (after)
        rest.whereRaw('(results.starts_at, sessions.id) < (to_timestamp(?::float8), ?::text::uuid)', after);
    })
    .orderBy([
      { column: 'results.starts_at', order: 'desc' },
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

interface RecordRow extends PresenceRow {
  readonly session_id: string;
  readonly version: number;
  readonly status: Label;
  readonly course_id: string;
  readonly starts_at: Date;
  readonly scheduled_seconds: number;
  readonly observed: boolean;
  readonly created_at: Date;
}

/** Records, each with the session and result it is of. */
const recordsOf = (db: Database) =>
  db<RecordRow>('records')
    .join('sessions', { 'sessions.id': 'records.session_id' })
    .join('results', { 'results.session_id': 'records.session_id', 'results.version': 'records.version' })
    .select<RecordRow[]>(
      'records.*',
      'sessions.course_id',
      'results.starts_at',
      'results.scheduled_seconds',
      'results.observed',
      'results.created_at',
    );

const recordOfRow = (row: RecordRow): RecordAnswer =>
  recordAnswer(
    { ...presenceOfRow(row), status: row.status, inRoom: false },
    {
      sessionId: row.session_id,
      courseId: row.course_id,
      startsAt: row.starts_at.getTime(),
      scheduledSeconds: row.scheduled_seconds,
      observed: row.observed,
      version: row.version,
      createdAt: row.created_at,
    },
  );
