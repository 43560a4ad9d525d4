import type { Knex } from 'knex';
import { dayOf, NO_PLAN, type Plan, type Standing, weekdayOf } from '../domain/auto-payout.js';

/** Who has his payout day on the day of `now` and nothing has become of it yet, in id order after `after`. */
export async function dueForPayout(
  db: Knex,
  { now, after, limit }: { now: Date; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await db.raw(
    `select s.owner_id as id from bank_accounts s
      where s.auto_payout and s.payout_weekday = ? and s.owner_id > ?
        and not exists (select from auto_payouts a where a.teacher_id = s.owner_id and a.day = ?)
      order by s.owner_id limit ?`,
    [weekdayOf(now), after, dayOf(now), limit],
  );
  return (rows as { id: string }[]).map(({ id }) => id);
}

interface Row {
  readonly plan: Plan | null;
  readonly currency: string;
  readonly available: number | null;
  readonly debt: number | null;
  readonly suspended: boolean | null;
  readonly since: Date | null;
  readonly openWithdrawal: string | null;
  readonly lastDay: string | null;
}

interface Asked {
  readonly teacherId: string;
  /** Where the teacher has set no threshold, which names one. */
  readonly currency: string;
  /** How long a bank account must have been named before it is paid to. */
  readonly coolDownHours: number;
}

const HOUR = 3_600_000;

/** What decides whether a teacher is paid. Behind the locks of his accounts it is what stands; without, what stood. */
export async function standingOf(db: Knex, { teacherId, currency, coolDownHours }: Asked): Promise<Standing> {
  const { rows } = await db.raw(STANDING, { teacherId, currency });
  const [row] = rows as [Row];
  return {
    ...{ plan: row.plan ?? NO_PLAN, currency: row.currency },
    ...{ available: row.available ?? 0, owed: 0 - (row.debt ?? 0), suspended: row.suspended ?? false },
    payableFrom: row.since && new Date(row.since.getTime() + coolDownHours * HOUR),
    ...{ openWithdrawal: row.openWithdrawal, lastDay: row.lastDay },
  };
}

const STANDING = `
  with mine as (
    select (select json_build_object('on', s.auto_payout, 'weekday', s.payout_weekday,
                                     'threshold', s.payout_threshold, 'currency', s.payout_currency)
              from bank_accounts s where s.owner_id = :teacherId) as plan,
           coalesce((select s.payout_currency from bank_accounts s where s.owner_id = :teacherId), :currency) as currency
  )
  select mine.plan, mine.currency,
         (select a.balance from accounts a
           where a.owner_id = :teacherId and a.kind = 'earnings' and a.currency = mine.currency) as available,
         (select a.balance from accounts a
           where a.owner_id = :teacherId and a.kind = 'debt' and a.currency = mine.currency) as debt,
         (select u.suspended from known_users u where u.id = :teacherId) as suspended,
         (select s.changed_at from bank_accounts s
           where s.owner_id = :teacherId and s.bank_sealed is not null) as since,
         (select w.id from withdrawals w
           where w.teacher_id = :teacherId and w.currency = mine.currency
             and w.status in ('pending', 'approved', 'processing') order by w.id limit 1) as "openWithdrawal",
         (select max(p.day)::text from auto_payouts p where p.teacher_id = :teacherId) as "lastDay"
    from mine`;

interface Outcome {
  readonly teacherId: string;
  readonly withdrawalId: string | null;
  /** Codes of what stood in the way. */
  readonly blocked: readonly string[];
}

/** Keeps what became of a teacher's payout day. A second one of a day is refused by the table. */
export async function addAutoPayout(
  tx: Knex.Transaction,
  { teacherId, withdrawalId, blocked }: Outcome,
  now: Date,
): Promise<void> {
  await tx('auto_payouts').insert({
    ...{ teacher_id: teacherId, day: dayOf(now), withdrawal_id: withdrawalId },
    ...{ blocked: [...blocked], at: now },
  });
}
