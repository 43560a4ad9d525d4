/** SQL that writes or locks lessons and their quotas. The subscription's row is locked first, of several in id order. */
import { runAgainOn } from '@rollcall/kit/database';
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { Declined, Lesson, Quota, Terms } from '../domain/lesson.js';
import type { Span } from '../domain/quota-month.js';

type Tx = Knex.Transaction;

export interface Subscription extends Terms {
  readonly userId: string;
  /** The paid period that now lies in; null between two, when it is over, and where what paid for it went back. */
  readonly period: Span | null;
}

const LIVE = "status in ('trialing', 'active', 'past_due')";

const locked = (which: string) => `
  with locked as materialized (
    select * from subscriptions where ${which} order by id for no key update
  )
  select s.id, s.user_id as "userId", s.status, s.lessons_per_month as "lessonsPerMonth",
         s.max_lesson_price as "maxLessonPrice", s.currency, s.cancel_at_period_end as "cancelAtPeriodEnd",
         p.starts_at as "periodStart", p.ends_at as "periodEnd"
    from locked s
    left join lateral (select starts_at, ends_at from subscription_periods
                        where subscription_id = s.id and starts_at <= :now and ends_at > :now and s.${LIVE}
                          and not taken_back
                        order by starts_at desc limit 1) p on true
   order by s.id`;

/** The live subscriptions of these users, locked; a user has one at most. */
export const lockSubscriptionsOf = (tx: Tx, userIds: readonly string[], now: Date): Promise<Subscription[]> =>
  lock(tx, `user_id = any(cast(:ids as uuid[])) and ${LIVE}`, { ids: userIds, now });

/** These subscriptions, locked. */
export const lockSubscriptions = (tx: Tx, ids: readonly string[], now: Date): Promise<Subscription[]> =>
  lock(tx, 'id = any(cast(:ids as uuid[]))', { ids, now });

type Row = Terms & { userId: string; periodStart: Date | null; periodEnd: Date | null };

async function lock(
  tx: Tx,
  which: string,
  { ids, now }: { ids: readonly string[]; now: Date },
): Promise<Subscription[]> {
  const { rows } = await tx.raw(locked(which), { ids: [...ids], now });
  return (rows as Row[]).map(({ periodStart, periodEnd, ...row }) => ({
    ...row,
    period: periodStart === null || periodEnd === null ? null : { startsAt: periodStart, endsAt: periodEnd },
  }));
}

const QUOTA = `subscription_id as "subscriptionId", starts_at as "startsAt", ends_at as "endsAt", period, lessons, added,
               reserved, used`;

/** The quotas of these months. The subscription must be locked. */
export async function quotasOf(tx: Tx, subscriptionId: string, months: readonly Date[]): Promise<Quota[]> {
  const { rows } = await tx.raw(
    `select ${QUOTA} from quotas where subscription_id = ? and starts_at = any(?::timestamptz[]) for update`,
    [subscriptionId, [...months]],
  );
  return rows;
}

/** A month's quota, made if there is none yet: then it also has the lessons that came back while there was no month. */
export async function quotaOfMonth(
  tx: Tx,
  { id, lessonsPerMonth, period }: Subscription,
  month: Span,
): Promise<Quota> {
  const [known] = await quotasOf(tx, id, [month.startsAt]);
  if (known !== undefined) return known;
  const { rows } = await tx.raw(
    `with taken as (
       update lessons set returned_to = :startsAt
        where subscription_id = :id and status = 'returned' and returned_to is null returning hold_id
     )
     insert into quotas (subscription_id, starts_at, ends_at, period, lessons, added)
     values (:id, :startsAt, :endsAt, :period, :lessonsPerMonth, (select count(*) from taken))
     returning ${QUOTA}`,
    { id, ...month, period: period?.startsAt ?? null, lessonsPerMonth },
  );
  return rows[0];
}

export async function saveQuotas(tx: Tx, quotas: readonly Quota[]): Promise<void> {
  await tx.raw(
    `update quotas q set added = n.added, reserved = n.reserved, used = n.used
       from unnest(?::uuid[], ?::timestamptz[], ?::int[], ?::int[], ?::int[])
         as n (subscription_id, starts_at, added, reserved, used)
      where q.subscription_id = n.subscription_id and q.starts_at = n.starts_at`,
    [
      quotas.map(({ subscriptionId }) => subscriptionId),
      quotas.map(({ startsAt }) => startsAt),
      quotas.map(({ added }) => added),
      quotas.map(({ reserved }) => reserved),
      quotas.map(({ used }) => used),
    ],
  );
}

/** Where the lessons of a purchase are counted. */
export interface Place {
  readonly subscriptionId: string;
  readonly month: Date;
  /** The start of the paid period. */
  readonly period: Date;
}

/** A purchase's first answer, as kept: reserved there, or why it is not. */
export type Answer = { readonly reserved: Place } | { readonly reserved: null; readonly reason: Declined };

/** The answers already given to these purchases. */
export async function answersOf(tx: Tx, purchaseIds: readonly string[]): Promise<Map<string, Answer>> {
  const { rows } = await tx.raw(
    `select purchase_id as "purchaseId", reason, subscription_id as "subscriptionId", month, period
       from bookings where purchase_id = any(?::uuid[])`,
    [[...purchaseIds]],
  );
  type Kept = Place & { purchaseId: string; reason: Declined | null };
  return new Map(
    (rows as Kept[]).map(({ purchaseId, reason, ...reserved }) => [
      purchaseId,
      reason === null ? { reserved } : { reserved: null, reason },
    ]),
  );
}

export interface Booking {
  readonly purchaseId: string;
  readonly studentId: string;
  readonly requestedAt: string;
  readonly holds: readonly { readonly holdId: string; readonly amount: number }[];
  readonly answer: Answer;
}

/** Keeps first answers with their lessons, at the commit. Where a rival was quicker the transaction runs again, and finds his. */
export function addBookings({ tx, now, atCommit }: Work, bookings: readonly Booking[]): void {
  if (bookings.length === 0) return;
  const places = bookings.map(({ answer }) => answer.reserved);
  const lessons = bookings.flatMap(({ purchaseId, holds, answer: { reserved } }) =>
    reserved === null ? [] : holds.map((hold) => ({ ...hold, ...reserved, purchaseId })),
  );
  const added = tx.raw(ADD, [
    now,
    bookings.map(({ purchaseId }) => purchaseId),
    bookings.map(({ studentId }) => studentId),
    bookings.map(({ requestedAt }) => requestedAt),
    bookings.map(({ answer }) => (answer.reserved === null ? 'declined' : 'reserved')),
    bookings.map(({ answer }) => (answer.reserved === null ? answer.reason : null) as string),
    places.map((place) => (place?.subscriptionId ?? null) as string),
    places.map((place) => (place?.month ?? null) as Date),
    places.map((place) => (place?.period ?? null) as Date),
    lessons.map(({ holdId }) => holdId),
    lessons.map(({ purchaseId }) => purchaseId),
    lessons.map(({ subscriptionId }) => subscriptionId),
    lessons.map(({ month }) => month),
    lessons.map(({ amount }) => amount),
  ]);
  atCommit(added, runAgainOn('bookings_pkey'));
}

const ADD = `
  with booked as (
    insert into bookings (answered_at, purchase_id, student_id, requested_at, outcome, reason, subscription_id, month, period)
    select ?::timestamptz, b.*
      from unnest(?::uuid[], ?::uuid[], ?::timestamptz[], ?::text[], ?::text[], ?::uuid[], ?::timestamptz[],
                  ?::timestamptz[]) as b
  )
  insert into lessons (hold_id, purchase_id, subscription_id, month, amount, status)
  select l.*, 'reserved'
    from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::timestamptz[], ?::bigint[]) as l`;

/** Of these holds, or of these purchases, the lessons: what is not by subscription has none. */
export interface Wanted {
  readonly holdIds: readonly string[];
  readonly purchaseIds: readonly string[];
}

export interface LessonRow extends Lesson {
  readonly purchaseId: string;
  readonly monthEndsAt: Date;
}

/** Read as they are; under the lock of their subscriptions they stay so. In order of their holds. */
export async function lessonsOf(tx: Tx, { holdIds, purchaseIds }: Wanted): Promise<LessonRow[]> {
  const { rows } = await tx.raw(
    `select l.hold_id as "holdId", l.purchase_id as "purchaseId", l.subscription_id as "subscriptionId", l.month, l.status,
            l.returned_to as "returnedTo", l.decision_version as "decisionVersion", q.ends_at as "monthEndsAt"
       from lessons l join quotas q on q.subscription_id = l.subscription_id and q.starts_at = l.month
      where l.hold_id = any(?::uuid[]) or l.purchase_id = any(?::uuid[]) order by l.hold_id`,
    [[...holdIds], [...purchaseIds]],
  );
  return rows;
}

export async function saveLessons(tx: Tx, lessons: readonly Lesson[]): Promise<void> {
  await tx.raw(
    `update lessons l set status = n.status, returned_to = n.returned_to, decision_version = n.version
       from unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::int[]) as n (hold_id, status, returned_to, version)
      where l.hold_id = n.hold_id`,
    [
      lessons.map(({ holdId }) => holdId),
      lessons.map(({ status }) => status),
      lessons.map(({ returnedTo }) => returnedTo as Date),
      lessons.map(({ decisionVersion }) => decisionVersion),
    ],
  );
}
