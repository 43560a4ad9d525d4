/** All SQL behind GET, and behind the gauges. */
import type { Hold, listHolds, readSettlement } from '@rollcall/contracts/api/settlement';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { User } from '@rollcall/kit/auth';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Knex } from 'knex';
import { type HoldRow, holdFrom } from './hold-answer.js';

const HOLDS = `
  select h.*, s.ends_at, p.threshold, d.outcome, d.reason, d.teacher, d.commission, d.referral, d.refund,
         d.commission_rate as decision_rate, d.observed, d.seconds, d.max_seconds, d.scheduled_seconds, d.percent,
         d.steps, d.version, d.decided_at as judged_at
  from holds h
  join sessions s on s.id = h.session_id
  join policies p on p.version = h.policy_version
  left join decisions d on d.hold_id = h.id and d.version = h.decision_version`;

export async function findHold(db: Knex, holdId: string, user: User): Promise<Hold> {
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS} where h.id = :holdId and (:admin or :userId in (h.student_id, h.teacher_id))`,
    { holdId, userId: user.id, admin: user.roles.includes('admin') },
  );
  if (rows[0] === undefined) throw notFound('hold');
  return holdFrom(rows[0]);
}

/** Newest first: ids are time-ordered. Each side is read by its own index, a page's worth at most. */
export async function findHoldsOf(
  db: Knex,
  userId: string,
  { limit, cursor, status, sessionId }: QueryOf<typeof listHolds>,
): Promise<AnswerOf<typeof listHolds>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const side = (column: 'student_id' | 'teacher_id') =>
    `(select id from holds where ${column} = :userId
        and (cast(:before as uuid) is null or id < :before)
        and (cast(:status as text[]) is null or status = any(:status))
        and (cast(:sessionId as uuid) is null or session_id = :sessionId)
      order by id desc limit :fetch)`;
  const { rows } = await db.raw<{ rows: HoldRow[] }>(
    `${HOLDS} where h.id in (${side('student_id')} union ${side('teacher_id')}) order by h.id desc limit :fetch`,
    {
      userId,
      before: before ?? null,
      status: status ?? null,
      sessionId: sessionId ?? null,
      fetch: limit + 1,
    },
  );
  return listPage(rows, limit, holdFrom, (row) => [row.id]);
}

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

/** How many holds are open, by status; read from the partial index of open ones. */
export async function openCounts(db: Knex): Promise<Record<'held' | 'review' | 'disputed', number>> {
  const { rows } = await db.raw<{ rows: { status: 'held' | 'review' | 'disputed'; count: number }[] }>(
    "select status, count(*) as count from holds where status in ('held', 'review', 'disputed') group by status",
  );
  const counts = Object.fromEntries(rows.map((row) => [row.status, row.count]));
  return { held: 0, review: 0, disputed: 0, ...counts };
}

/** Seconds since the oldest completion with a hold not judged, or the oldest decision not paid; 0 when there is none. */
export async function settlementLag(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { lag: number }[] }>(
    `select cast(coalesce(extract(epoch from now() - least(
       (select min(coalesce(s.cancelled_at, s.completed_at)) from holds h join sessions s on s.id = h.session_id
        where h.status = 'held'),
       (select min(decided_at) from holds where decided_at is not null and paid_at is null))), 0) as float8) as lag`,
  );
  return rows[0]?.lag ?? 0;
}
