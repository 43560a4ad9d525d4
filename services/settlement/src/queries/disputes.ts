/** SQL behind the reads of disputes. */
import type { Dispute, listDisputes } from '@rollcall/contracts/api/settlement';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';
import { type DisputeRow, disputeFrom } from '../dispute-answer.js';

const DISPUTES = `
  select x.*, h.purchase_id, h.course_id, h.session_id, h.student_id, h.teacher_id, h.amount, h.currency, p.threshold, s.cancelled_at,
         to_jsonb(d) as disputed, to_jsonb(n) as stands, to_jsonb(r) as resolution
  from disputes x
  join holds h on h.id = x.hold_id
  join sessions s on s.id = h.session_id
  join policies p on p.version = h.policy_version
  left join decisions d on d.hold_id = x.hold_id and d.version = x.decision_version
  left join decisions n on n.hold_id = x.hold_id and n.version = h.decision_version
  left join decisions r on r.hold_id = x.hold_id and r.version = x.resolved_version`;

export async function findDispute(db: Knex, disputeId: string): Promise<Dispute> {
  const { rows } = await db.raw<{ rows: DisputeRow[] }>(`${DISPUTES} where x.id = ?`, [disputeId]);
  if (rows[0] === undefined) throw notFound('dispute');
  return disputeFrom(rows[0]);
}

/** Newest first: ids are time-ordered. */
export async function findDisputes(
  db: Knex,
  { limit, cursor, status, sessionId, teacherId, studentId, holdId }: QueryOf<typeof listDisputes>,
): Promise<AnswerOf<typeof listDisputes>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const { rows } = await db.raw<{ rows: DisputeRow[] }>(
    `${DISPUTES}
     where (cast(:before as uuid) is null or x.id < :before)
       and (cast(:status as text[]) is null or x.status = any(:status))
       and (cast(:sessionId as uuid) is null or h.session_id = :sessionId)
       and (cast(:teacherId as uuid) is null or h.teacher_id = :teacherId)
       and (cast(:studentId as uuid) is null or h.student_id = :studentId)
       and (cast(:holdId as uuid) is null or x.hold_id = :holdId)
     order by x.id desc limit :fetch`,
    {
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      teacherId: teacherId ?? null,
      studentId: studentId ?? null,
      holdId: holdId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, disputeFrom, (row) => [row.id]);
}
