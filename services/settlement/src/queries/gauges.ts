/** SQL behind the gauges. */
import type { Knex } from 'knex';
import { RESULT_DUE } from '../store/sessions.js';

/** How many holds are open, by status; read from the partial index of open ones. */
export async function openCounts(db: Knex): Promise<Record<'held' | 'review' | 'disputed', number>> {
  const { rows } = await db.raw<{ rows: { status: 'held' | 'review' | 'disputed'; count: number }[] }>(
    "select status, count(*) as count from holds where status in ('held', 'review', 'disputed') group by status",
  );
  const counts = Object.fromEntries(rows.map((row) => [row.status, row.count]));
  return { held: 0, review: 0, disputed: 0, ...counts };
}

/**
 * Seconds since the oldest thing nobody has done yet: a held hold whose session is over (its end, or the hold's coming
 * when that was later) or whose result is due and never came, a newer result that ended holds were not held against, a
 * decision or correction not paid. 0 when all is done.
 */
export const settlementLag = (db: Knex): Promise<number> =>
  secondsSince(
    db,
    `select min(greatest(h.created_at, least(s.cancelled_at, s.completed_at))) as at
       from holds h join sessions s on s.id = h.session_id
      where h.status = 'held' and s.ended_by is not null
     union all select min(greatest(h.created_at, s.ends_at + ${RESULT_DUE}))
      from holds h join sessions s on s.id = h.session_id
      where h.status in ('held', 'disputed') and s.ended_by is null and s.ends_at < now() - ${RESULT_DUE}
     union all select min(facts_at) from sessions where attendance_version > looked_version
     union all select min(decided_at) from holds where decided_at is not null and paid_at is null`,
  );

/** Seconds the oldest hold in review, review of an amendment, or dispute has waited for an admin; 0 when none does. */
export const reviewAge = (db: Knex): Promise<number> =>
  secondsSince(
    db,
    `select min(review_since) as at from holds where status = 'review'
     union all select min(opened_at) from reviews where status = 'open'
     union all select min(opened_at) from disputes where status = 'open'`,
  );

/** Reviews of amendments that wait for an admin. */
export async function openReviewCount(db: Knex): Promise<number> {
  const [row] = await db('reviews').where({ status: 'open' }).count<{ count: number }[]>({ count: '*' });
  return Number(row?.count ?? 0);
}

/** Disputes that wait for an admin, of holds that have ended and of those that have not. */
export async function openDisputeCount(db: Knex): Promise<number> {
  const [row] = await db('disputes').where({ status: 'open' }).count<{ count: number }[]>({ count: '*' });
  return Number(row?.count ?? 0);
}

async function secondsSince(db: Knex, moments: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { age: number }[] }>(
    `select cast(coalesce(extract(epoch from now() - min(at)), 0) as float8) as age from (${moments}) as oldest`,
  );
  return Math.max(0, rows[0]?.age ?? 0);
}
