import type { Quota } from '@rollcall/contracts/api/quota';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { monthAt } from '../domain/quota-month.js';

/**
 * A student's lessons of the month that `now` lies in, also of one whose quota nothing was booked in yet. Throws 404 for
 * who has no subscription that runs. While no period is paid for nothing is left, until the period ends.
 */
export async function quotaOf(db: Database, userId: string, now: Date): Promise<Quota> {
  const { rows } = await db.raw(SUBSCRIPTION, { userId, now });
  const [subscription] = rows as Row[];
  if (subscription === undefined) throw notFound('subscription');
  const { id: subscriptionId, lessonsPerMonth, status, startsAt, endsAt, periodEnd, waiting } = subscription;
  const month = startsAt && endsAt && monthAt({ startsAt, endsAt }, now);
  const none = { subscriptionId, lessonsPerMonth, used: 0, reserved: 0, remaining: 0 };
  if (!month) return { ...none, periodEnd: periodEnd.toISOString() };
  const found = await db('quotas')
    .where({ subscription_id: subscriptionId, starts_at: month.startsAt })
    .first();
  const { lessons, added, used, reserved } = found ?? { ...none, lessons: lessonsPerMonth, added: waiting };
  const remaining = status === 'past_due' ? 0 : lessons + added - used - reserved;
  return {
    subscriptionId,
    lessonsPerMonth,
    used,
    reserved,
    remaining,
    periodEnd: month.endsAt.toISOString(),
  };
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly lessonsPerMonth: number;
  /** What the provider says of the current period, which may not be paid yet. */
  readonly periodEnd: Date;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  /** Lessons that came back while there was no month. */
  readonly waiting: number;
}

const SUBSCRIPTION = `
  select s.id, s.status, s.lessons_per_month as "lessonsPerMonth", s.current_period_end as "periodEnd",
         p.starts_at as "startsAt", p.ends_at as "endsAt",
         (select count(*)::int from lessons l
           where l.subscription_id = s.id and l.status = 'returned' and l.returned_to is null) as waiting
    from subscriptions s
    left join lateral (select starts_at, ends_at from subscription_periods
                        where subscription_id = s.id and starts_at <= :now and ends_at > :now and not taken_back
                        order by starts_at desc limit 1) p on true
   where s.user_id = :userId and s.status in ('trialing', 'active', 'past_due')`;
