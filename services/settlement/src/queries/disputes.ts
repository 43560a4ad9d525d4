/** SQL behind the reads of disputes. */
import type { Dispute, listDisputes } from '@rollcall/contracts/api/disputes';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import { type DisputeRow, disputeFrom } from '../dispute-answer.js';
import { pageAboutHolds } from './about-holds.js';

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

export const findDisputes = (
  db: Knex,
  filter: QueryOf<typeof listDisputes>,
): Promise<AnswerOf<typeof listDisputes>> => pageAboutHolds(db, DISPUTES, disputeFrom, filter);
