import type { RosterEntry, readRoster } from '@rollcall/contracts/api/teaching';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { z } from 'zod';

type Entry = z.infer<typeof RosterEntry>;

interface RosterRow {
  readonly id: string;
  readonly session_id: string;
  readonly student_id: string;
  readonly display_name: string | null;
  readonly purchase_id: string;
  readonly kind: Entry['kind'];
  readonly purchase_status: Entry['status'];
  readonly amount: number;
  readonly currency: string;
  readonly status: Entry['hold']['status'];
  readonly attended: boolean;
  readonly attendance_seconds: number;
  readonly requested_at: Date;
}

/** Who bought a session of this teacher, newest first; what came to nothing was no purchase. Throws 404. */
export async function rosterOf(
  db: Database,
  { params: { sessionId }, query: { limit, cursor }, user }: InputOf<typeof readRoster>,
): Promise<AnswerOf<typeof readRoster>> {
  const after = decodeCursor(cursor, Id)?.[0] ?? null;
  const owned = await db('sessions')
    .join('courses', 'courses.id', 'sessions.course_id')
    .where({ 'sessions.id': sessionId, teacher_id: user.id })
    .first('sessions.id');
  if (owned === undefined) throw notFound('session');
  const { rows } = await db.raw(
    `select holds.*, purchases.kind, purchases.currency, purchases.requested_at, purchases.status as purchase_status,
            people.display_name
       from holds join purchases on purchases.id = holds.purchase_id
       left join people on people.user_id = holds.student_id
      where holds.session_id = ? and holds.status <> 'declined' and (?::uuid is null or holds.id < ?)
      order by holds.id desc limit ?`,
    [sessionId, after, after, limit + 1],
  );
  return listPage<RosterRow, Entry>(rows, limit, entryOf, ({ id }) => [id]);
}

const entryOf = (row: RosterRow): Entry => ({
  id: row.id,
  sessionId: row.session_id,
  studentId: row.student_id,
  studentName: row.display_name,
  purchaseId: row.purchase_id,
  kind: row.kind,
  status: row.purchase_status,
  hold: {
    id: row.id,
    sessionId: row.session_id,
    amount: row.amount,
    currency: row.currency,
    status: row.status,
  },
  attended: row.attended,
  attendanceSeconds: row.attendance_seconds,
  createdAt: row.requested_at.toISOString(),
});
