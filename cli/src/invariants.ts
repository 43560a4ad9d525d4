/**
 * What must hold between services, since no database can refuse it: the same holds, the same money, in each. True once
 * nothing is on its way any more; while messages fly, one side is ahead of the other.
 */
import type { Databases } from './databases.js';

/** One row of either side, by its id: a hold's, a purchase's, a session's or a user's. */
export type Fact = { readonly id: string } & Readonly<Record<string, unknown>>;

interface Side {
  readonly service: string;
  readonly sql: string;
}

export interface Agreement {
  readonly name: string;
  readonly left: Side;
  readonly right: Side;
}

const people = 'purchase_id, session_id, student_id, teacher_id, amount, trim(currency) as currency';
/** What each ended hold has come to in the wallet: its ending, or the last correction of it. */
const standing = `
  select e.hold_id as id, coalesce(c.teacher, e.teacher) as teacher, coalesce(c.commission, e.commission) as commission,
         coalesce(c.referral, e.referral) as referral, coalesce(c.refund, e.refund) as refund
    from hold_endings e
    left join lateral (select * from hold_corrections c where c.hold_id = e.hold_id
                        order by decision_version desc limit 1) c on true`;
const endings: Side = { service: 'wallet', sql: standing };
const decided = (condition: string): Side => ({
  service: 'settlement',
  sql: `select h.id, d.teacher, d.commission, d.referral, d.refund
          from holds h join decisions d on d.hold_id = h.id and d.version = h.decision_version
         where ${condition}`,
});
const placed = "status not in ('pending', 'declined')";
/** An instant as a number, which can be compared: milliseconds since 1970. SQL. */
const ms = (instant: string) => `(extract(epoch from ${instant}) * 1000)::bigint`;
const times = `${ms('starts_at')} as starts, ${ms('ends_at')} as ends`;
/** Every session that enrollment has announced, as it is now. What was cancelled in a draft was nobody's news. */
const sessions = (columns: string): Side => ({
  service: 'enrollment',
  sql: `select s.id, ${ms('s.starts_at')} as starts,
               ${ms("s.starts_at + s.duration_minutes * interval '1 minute'")} as ends, s.status = 'cancelled' as cancelled${columns}
          from sessions s join courses c on c.id = s.course_id
         where c.published_at is not null and (s.cancelled_at is null or s.cancelled_at >= c.published_at)`,
});

/** What a subscription does not pay for never comes to the wallet, unless it was asked to give it up. SQL of enrollment. */
const declinedByBilling = `coalesce(decline_reason, '') in
  ('no-subscription', 'subscription-past-due', 'quota-used-up', 'lesson-too-dear', 'other-currency')`;

/** A purchase may be cancelled again while nothing came of it; holds are given back once. */
const cancellations = (where: string, given: string) => `
  select purchase_id as id, count(*)::int as answers, sum(refunded)::bigint as refunded,
         sum(cardinality(${given}))::int as holds
    from cancellations ${where} group by purchase_id`;

/** By subscription, as a period has no id of its own. */
const periods = `
  select subscription_id as id, count(*)::int as periods, sum(paid)::bigint as paid,
         ${ms('min(starts_at)')} as first, ${ms('max(starts_at)')} as last
    from subscription_periods group by subscription_id`;

/** What went back of periods of subscriptions, in the wallet: `b` is what gave it back again, where that was done. */
const taken = (kind: string, undo: string, more = ''): string => `
  select m.id, m.amount${more}
    from (select * from period_takings where kind = '${kind}') m
    left join period_takings b on b.id = m.id and b.kind = '${undo}'`;

export const agreements: readonly Agreement[] = [
  {
    name: 'every hold of the wallet is known to settlement, with the same money and people, and no other is',
    left: { service: 'wallet', sql: `select id, ${people} from holds` },
    right: { service: 'settlement', sql: `select id, ${people} from holds` },
  },
  {
    name: 'a hold is open in the wallet exactly when settlement has not decided it, and its parts are as decided',
    left: endings,
    right: decided('h.decided_at is not null'),
  },
  {
    name: 'settlement knows as paid exactly what the wallet has paid',
    left: endings,
    right: decided('h.paid_at is not null'),
  },
  {
    name: 'every hold of a purchase that went through is in the wallet, with its amount, and no other is',
    left: { service: 'enrollment', sql: `select id, purchase_id, amount from holds where ${placed}` },
    right: { service: 'wallet', sql: 'select id, purchase_id, amount from holds' },
  },
  {
    name: 'enrollment shows every hold in the state settlement gave it',
    left: { service: 'enrollment', sql: `select id, status from holds where ${placed}` },
    right: { service: 'settlement', sql: 'select id, status from holds' },
  },
  {
    name: 'enrollment shows as given back what the wallet gave back',
    left: { service: 'enrollment', sql: 'select id, refunded from holds where paid_at is not null' },
    right: { service: 'wallet', sql: `select id, refund as refunded from (${standing}) as standing` },
  },
  {
    name: 'every purchase stands as the wallet answered it, and none waits that has its answer',
    left: {
      service: 'enrollment',
      sql: `select id, case when status in ('declined', 'expired') then 'declined' else 'held' end as outcome
              from purchases where status <> 'pending' and not (${declinedByBilling} and expiry_asked_at is null)`,
    },
    right: { service: 'wallet', sql: 'select id, outcome from purchases' },
  },
  {
    name: 'every cancellation has come to what settlement gave back',
    left: { service: 'enrollment', sql: cancellations('where answered_at is not null', 'session_ids') },
    right: { service: 'settlement', sql: cancellations('', 'hold_ids') },
  },
  {
    name: 'settlement knows the newest result of every completed session',
    left: {
      service: 'attendance',
      sql: `select distinct on (session_id) session_id as id, observed, scheduled_seconds, version
              from results order by session_id, version desc`,
    },
    right: {
      service: 'settlement',
      sql: `select id, observed, scheduled_seconds, attendance_version as version
              from sessions where completed_at is not null`,
    },
  },
  {
    name: 'settlement knows everybody who has an account, and who referred him',
    left: { service: 'identity', sql: 'select id, version, referrer_id from users' },
    right: { service: 'settlement', sql: 'select id, version, referrer_id from users where version > 0' },
  },
  {
    name: 'the wallet knows everybody who has an account',
    left: { service: 'identity', sql: 'select id from users' },
    right: { service: 'wallet', sql: 'select id from known_users' },
  },
  {
    name: 'attendance knows every session on sale at its time, in its room, and whether it was cancelled',
    left: sessions(', s.course_id, s.number'),
    right: {
      service: 'attendance',
      sql: `select id, ${times}, cancelled, course_id, number from sessions`,
    },
  },
  {
    name: 'settlement knows every session on sale at its time, and whether it was cancelled',
    left: sessions(''),
    right: {
      service: 'settlement',
      sql: `select id, ${times}, cancelled_at is not null as cancelled from sessions where version > 0`,
    },
  },
  {
    name: 'every payment by card is credits once, of its payer and amount, and nothing else is',
    left: {
      service: 'billing',
      sql: 'select id, user_id, amount, currency from payments where succeeded_at is not null',
    },
    right: {
      service: 'wallet',
      sql: "select id, user_id, amount, currency from card_movements where kind = 'deposit'",
    },
  },
  {
    name: 'every refund on a card took its money, and no refund that failed has kept it',
    left: {
      service: 'billing',
      sql: "select id, amount from refunds where status in ('reserved', 'succeeded')",
    },
    right: {
      service: 'wallet',
      sql: `select m.id, m.amount from card_movements m
              left join card_movements b on b.id = m.id and b.kind = 'refund-reversal'
             where m.kind = 'refund' and m.entry_id is not null and b.id is null
            union all ${taken('refund', 'refund-reversal')} where b.id is null`,
    },
  },
  {
    name: 'billing has answered every purchase by subscription, and no other',
    left: {
      service: 'enrollment',
      sql: "select id, student_id from purchases where funded_by = 'subscription' and status <> 'pending'",
    },
    right: { service: 'billing', sql: 'select purchase_id as id, student_id from bookings' },
  },
  {
    name: 'a lesson is reserved while its hold is open, and is back when all of it was refunded',
    left: {
      service: 'billing',
      sql: `select hold_id as id, subscription_id, amount, status = 'reserved' as reserved, status = 'returned' as returned
              from lessons where amount > 0 and (status = 'reserved' or decision_version > 0)`,
    },
    right: {
      service: 'wallet',
      sql: `select l.hold_id as id, l.subscription_id, h.amount, s.id is null as reserved,
                   coalesce(s.refund = h.amount, false) as returned
              from lessons l join holds h on h.id = l.hold_id left join (${standing}) s on s.id = l.hold_id
             where h.amount > 0`,
    },
  },
  {
    name: 'every period of a subscription that was paid is deferred once, in its amount',
    left: { service: 'billing', sql: periods },
    right: { service: 'wallet', sql: periods },
  },
  {
    name: 'every dispute took its money back, and one that was won has returned it',
    left: { service: 'billing', sql: "select id, amount, status = 'won' as returned from disputes" },
    right: {
      service: 'wallet',
      sql: `select m.id, m.amount, b.id is not null as returned from card_movements m
              left join card_movements b on b.id = m.id and b.kind = 'dispute-return' where m.kind = 'dispute'
            union all ${taken('dispute', 'dispute-return', ', b.id is not null as returned')}`,
    },
  },
];

/** Rows taken at a time: 10 million holds are compared in constant memory. */
const PAGE = 5_000;
/** Disagreements worth printing; the first few tell the story. */
const MOST = 10;

/** The first disagreements, a line each; none when both sides agree. */
export async function disagreements({ left, right }: Agreement, databases: Databases): Promise<string[]> {
  const found: string[] = [];
  for await (const words of compare(
    facts(left, databases),
    facts(right, databases),
    left.service,
    right.service,
  )) {
    found.push(words);
    if (found.length >= MOST) break;
  }
  return found;
}

async function* facts({ service, sql }: Side, databases: Databases): AsyncGenerator<Fact> {
  const db = await databases.of(service);
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = (await db.raw(`select * from (${sql}) as facts where id > ? order by id limit ${PAGE}`, [
      after,
    ])) as { rows: Fact[] };
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = last.id;
  }
}

/** Walks two streams in order of id, side by side. */
export async function* compare(
  left: AsyncIterator<Fact>,
  right: AsyncIterator<Fact>,
  leftName: string,
  rightName: string,
): AsyncGenerator<string> {
  let [a, b] = [await left.next(), await right.next()];
  while (!a.done || !b.done) {
    if (b.done || (!a.done && a.value.id < b.value.id)) {
      yield `${(a.value as Fact).id} is in ${leftName} and not in ${rightName}`;
      a = await left.next();
    } else if (a.done || b.value.id < a.value.id) {
      yield `${b.value.id} is in ${rightName} and not in ${leftName}`;
      b = await right.next();
    } else {
      const differing = difference(a.value, b.value, leftName, rightName);
      if (differing) yield differing;
      [a, b] = [await left.next(), await right.next()];
    }
  }
}

function difference(a: Fact, b: Fact, leftName: string, rightName: string): string | undefined {
  const names = Object.keys(a).filter((name) => a[name] !== b[name]);
  if (names.length === 0) return undefined;
  const words = names.map((name) => `${name} ${a[name]} in ${leftName}, ${b[name]} in ${rightName}`);
  return `${a.id}: ${words.join('; ')}`;
}
