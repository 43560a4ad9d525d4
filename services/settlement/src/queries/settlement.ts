/** SQL behind the settlement of a session. */
import type { Hold, readSettlement } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { User } from '@rollcall/kit/auth';
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import { type HoldRow, holdFrom } from '../hold-answer.js';
import { HOLDS } from './holds.js';

type Settlement = AnswerOf<typeof readSettlement>;

/** The largest session there is; of a larger one the totals are whole and the list is cut. */
const MOST_HOLDS = 10_000;

/** A session's teacher is who enrollment says; before it said so, whoever its holds are for. */
export async function findSettlement(db: Knex, sessionId: string, user: User): Promise<Settlement> {
  const session: SessionRow | undefined = await db('sessions')
    .where({ id: sessionId })
    .where((either) => {
      if (user.roles.includes('admin')) return;
      either
        .where({ teacher_id: user.id })
        .orWhereExists(db('holds').where({ session_id: sessionId, teacher_id: user.id }));
    })
    .first('completed_at', 'cancelled_at');
  if (session === undefined) throw notFound('session');

  const standing = await findStanding(db, sessionId);
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS} where h.session_id = ? order by h.id desc limit ?`,
    [sessionId, MOST_HOLDS],
  );
  return { sessionId, status: statusOf(session, standing.counts), ...standing, holds: rows.map(holdFrom) };
}

interface SessionRow {
  readonly completed_at: Date | null;
  readonly cancelled_at: Date | null;
}

function statusOf(session: SessionRow, counts: Settlement['counts']): Settlement['status'] {
  if (session.cancelled_at !== null) return 'cancelled';
  if (session.completed_at === null) return 'waiting';
  return counts.held === 0 ? 'settled' : 'completed';
}

type Totals = Settlement['totals'][number];

async function findStanding(db: Knex, sessionId: string): Promise<Pick<Settlement, 'counts' | 'totals'>> {
  const { rows } = await db.raw<{ rows: (Totals & { status: Hold['status']; count: number })[] }>(
    `select h.currency, h.status, count(*) as count,
            cast(coalesce(sum(h.amount) filter (where h.decided_at is null), 0) as bigint) as held,
            cast(coalesce(sum(d.teacher), 0) as bigint) as teacher,
            cast(coalesce(sum(d.commission), 0) as bigint) as commission,
            cast(coalesce(sum(d.referral), 0) as bigint) as referral,
            cast(coalesce(sum(d.refund), 0) as bigint) as refund
     from holds h left join decisions d on d.hold_id = h.id and d.version = h.decision_version
     where h.session_id = ? group by h.currency, h.status order by h.currency`,
    [sessionId],
  );
  const count = (...statuses: Hold['status'][]) =>
    rows.filter((row) => statuses.includes(row.status)).reduce((sum, row) => sum + row.count, 0);
  const totals = new Map<string, Totals>();
  for (const row of rows) totals.set(row.currency, plus(row, totals.get(row.currency)));
  return {
    counts: {
      held: count('held'),
      released: count('released'),
      refunded: count('refunded'),
      split: count('split'),
      review: count('review', 'disputed'),
    },
    totals: [...totals.values()],
  };
}

const NOTHING = { held: 0, teacher: 0, commission: 0, referral: 0, refund: 0 };

const plus = (more: Totals, sum: Omit<Totals, 'currency'> = NOTHING): Totals => ({
  currency: more.currency,
  held: sum.held + more.held,
  teacher: sum.teacher + more.teacher,
  commission: sum.commission + more.commission,
  referral: sum.referral + more.referral,
  refund: sum.refund + more.refund,
});
