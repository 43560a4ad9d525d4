/** SQL that writes or locks the money of subscriptions. Accounts are locked before, of several subscriptions each in id order. */
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { Lesson, Part, Period, Purse, Till } from '../domain/lesson-money.js';
import type { EndedPeriod, PaidPeriod } from '../domain/period.js';
import { column } from './column.js';

type Tx = Knex.Transaction;

/** The subscriptions of these that were heard of, locked, with the money of their periods. */
export async function lockPurses(tx: Tx, ids: readonly string[]): Promise<Map<string, Purse>> {
  const distinct = column([...new Set(ids)], (id) => id);
  const { rows } = await tx.raw(
    `select id as "subscriptionId", currency, over_at is not null as "isOver"
       from subscriptions where id = any(?::uuid[]) order by id for update`,
    [distinct],
  );
  const purses = new Map(
    (rows as Omit<Purse, 'periods'>[]).map((row): [string, Purse] => [
      row.subscriptionId,
      { ...row, periods: new Map() },
    ]),
  );
  if (purses.size === 0) return purses;
  // A statement of its own, which sees what a rival committed before he let go of the lock.
  const { rows: periods } = await tx.raw(
    `select subscription_id as "subscriptionId", starts_at as "startsAt", rest, ended_at is null as "isOpen",
            coalesce(revenue, 0) - unearned as earned
       from subscription_periods where subscription_id = any(?::uuid[])`,
    [distinct],
  );
  for (const { subscriptionId, ...period } of periods as (Period & { subscriptionId: string })[])
    purses.get(subscriptionId)?.periods.set(period.startsAt.getTime(), period);
  return purses;
}

/** A till over these subscriptions, for lessons that are placed. */
export const openTill = (purses: ReadonlyMap<string, Purse>): Till => ({
  purses,
  lessons: new Map(),
  decided: [],
});

/** The lessons of these holds, their subscriptions locked. Without holds nothing is asked. */
export async function lockLessons(tx: Tx, holdIds: readonly string[]): Promise<Till> {
  if (holdIds.length === 0) return openTill(new Map());
  const ids = column(holdIds, (id) => id);
  const { rows } = await tx.raw(
    'select hold_id as "holdId", subscription_id as "subscriptionId", period from lessons where hold_id = any(?::uuid[])',
    [ids],
  );
  const found = rows as Pick<Lesson, 'holdId' | 'subscriptionId' | 'period'>[];
  const purses = await lockPurses(
    tx,
    found.map(({ subscriptionId }) => subscriptionId),
  );
  const { rows: parts } = await tx.raw(
    `select m.hold_id as "holdId", m.pot, m.period, m.amount, m.entry_id = h.entry_id as placed
       from lesson_money m join holds h on h.id = m.hold_id
      where m.hold_id = any(?::uuid[]) order by m.no`,
    [ids],
  );
  const partsOf = (holdId: string, isPlaced: boolean): Part[] =>
    (parts as (Part & { holdId: string; placed: boolean })[])
      .filter((part) => part.holdId === holdId && part.placed === isPlaced)
      .map(({ pot, period, amount }) => ({ pot, period, amount }));
  const lessons = found.map((lesson): [string, Lesson] => [
    lesson.holdId,
    { ...lesson, placed: partsOf(lesson.holdId, true), since: partsOf(lesson.holdId, false) },
  ]);
  return { purses, lessons: new Map(lessons), decided: [] };
}

/** Subscriptions heard of for the first time. In id order: two that add the same wait in one direction only. */
export async function addSubscriptions(
  tx: Tx,
  subscriptions: readonly { readonly id: string; readonly userId: string; readonly currency: string }[],
): Promise<void> {
  await tx.raw(
    `insert into subscriptions (id, user_id, currency)
     select distinct on (id) * from unnest(?::uuid[], ?::uuid[], ?::text[]) as s (id, user_id, currency) order by id
     on conflict do nothing`,
    [
      column(subscriptions, ({ id }) => id),
      column(subscriptions, ({ userId }) => userId),
      column(subscriptions, ({ currency }) => currency),
    ],
  );
}

/** Keeps periods that were paid, subscriptions that are over, and periods that ended, with the commit. */
export function addPeriods(
  { tx, now, atCommit }: Work,
  {
    paid,
    over,
    ended,
  }: { paid: readonly PaidPeriod[]; over: readonly string[]; ended: readonly EndedPeriod[] },
): void {
  const iso = (date: Date) => date.toISOString();
  if (paid.length > 0)
    atCommit(
      tx.raw(
        `insert into subscription_periods (subscription_id, starts_at, ends_at, paid, entry_id)
         select * from unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::uuid[])`,
        [
          column(paid, ({ subscriptionId }) => subscriptionId),
          column(paid, ({ startsAt }) => iso(startsAt)),
          column(paid, ({ endsAt }) => iso(endsAt)),
          column(paid, ({ amount }) => amount),
          column(paid, ({ entryId }) => entryId),
        ],
      ),
    );
  if (over.length > 0)
    atCommit(
      tx.raw('update subscriptions set over_at = ? where id = any(?::uuid[]) and over_at is null', [
        now,
        column(over, (id) => id),
      ]),
    );
  if (ended.length > 0)
    atCommit(
      tx.raw(
        `update subscription_periods p set revenue = e.revenue, ended_entry_id = e.entry_id, ended_at = ?
           from unnest(?::uuid[], ?::timestamptz[], ?::bigint[], ?::uuid[]) as e (subscription_id, starts_at, revenue, entry_id)
          where p.subscription_id = e.subscription_id and p.starts_at = e.starts_at`,
        [
          now,
          column(ended, ({ subscriptionId }) => subscriptionId),
          column(ended, ({ startsAt }) => iso(startsAt)),
          column(ended, ({ revenue }) => revenue),
          column(ended, ({ entryId }) => entryId),
        ],
      ),
    );
}

/** Keeps which subscription and period lessons are of, with the commit. */
export function addLessons(
  { tx, atCommit }: Work,
  lessons: readonly Pick<Lesson, 'holdId' | 'subscriptionId' | 'period'>[],
): void {
  if (lessons.length === 0) return;
  atCommit(
    tx.raw(
      'insert into lessons (hold_id, subscription_id, period) select * from unnest(?::uuid[], ?::uuid[], ?::timestamptz[])',
      [
        column(lessons, ({ holdId }) => holdId),
        column(lessons, ({ subscriptionId }) => subscriptionId),
        column(lessons, ({ period }) => period.toISOString()),
      ],
    ),
  );
}

/** Keeps what was decided of lessons' money, with the commit. */
export function addLessonMoney({ tx, atCommit }: Work, { decided }: Till): void {
  if (decided.length === 0) return;
  atCommit(
    tx.raw(
      `insert into lesson_money (entry_id, hold_id, subscription_id, pot, period, amount)
       select * from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::timestamptz[], ?::bigint[])`,
      [
        column(decided, ({ entryId }) => entryId),
        column(decided, ({ holdId }) => holdId),
        column(decided, ({ subscriptionId }) => subscriptionId),
        column(decided, ({ pot }) => pot),
        column(decided, ({ period }) => period?.toISOString() ?? null),
        column(decided, ({ amount }) => amount),
      ],
    ),
  );
}
