import type { Knex } from 'knex';

export interface Seat {
  readonly sessionId: string;
  readonly studentId: string;
  readonly purchaseId: string;
  readonly bySubscription: boolean;
}
type SeatKey = Omit<Seat, 'bySubscription'>;

/**
 * Adds what is new, in key order. A session that begins by `near` was told with the purchase: reminding of it at once would
 * say the same again.
 */
export async function addSeats(tx: Knex, seats: readonly Seat[], near: Date): Promise<void> {
  await tx.raw(
    `insert into seats (session_id, student_id, purchase_id, by_subscription, given_up, reminded_for)
     select seat.session_id, student_id, purchase_id, by_subscription, false, case when starts_at <= ? then starts_at end
       from (select distinct * from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::boolean[])
                    as seat (session_id, student_id, purchase_id, by_subscription)) seat
       left join sessions on sessions.id = seat.session_id
      order by 1, 2, 3
     on conflict do nothing`,
    [near, ...columnsOf(seats), seats.map((one) => one.bySubscription)],
  );
}

/** Takes seats away for good, whether or not they were given yet. */
export async function giveUpSeats(tx: Knex, seats: readonly SeatKey[]): Promise<void> {
  await tx.raw(
    `insert into seats (session_id, student_id, purchase_id, given_up)
     select distinct *, true from unnest(?::uuid[], ?::uuid[], ?::uuid[]) order by 1, 2, 3
     on conflict (session_id, student_id, purchase_id) do update set given_up = true`,
    columnsOf(seats),
  );
}

const columnsOf = (seats: readonly SeatKey[]) => [
  seats.map((one) => one.sessionId),
  seats.map((one) => one.studentId),
  seats.map((one) => one.purchaseId),
];

/** Which of these purchases were made by subscription, as far as their seats were heard of. */
export async function bySubscription(tx: Knex, purchaseIds: readonly string[]): Promise<Set<string>> {
  if (purchaseIds.length === 0) return new Set();
  const found = await tx('seats')
    .whereIn('purchase_id', [...purchaseIds])
    .where({ by_subscription: true })
    .distinct()
    .pluck<string[]>('purchase_id');
  return new Set(found);
}

export interface Reminder extends Omit<SeatKey, 'purchaseId'> {
  readonly title: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  /** Of the session. */
  readonly version: number;
  readonly email: string;
  readonly displayName: string;
  readonly locale: string;
  readonly timeZone: string;
}

/**
 * Takes seats to remind of, `most` at a time: of sessions that begin between now and `until`, each start once. A student
 * nobody told us of yet waits; one who is suspended may not come in.
 */
export async function takeReminders(
  tx: Knex.Transaction,
  { now, until, most }: { now: Date; until: Date; most: number },
): Promise<Reminder[]> {
  const { rows } = await tx.raw(
    `with due as (
       select seats.session_id, seats.student_id, seats.purchase_id, sessions.title, sessions.starts_at,
              sessions.duration_minutes, sessions.version, contacts.email, contacts.display_name, contacts.locale, contacts.time_zone
         from sessions
         join seats on seats.session_id = sessions.id
         join contacts on contacts.user_id = seats.student_id
        where not sessions.cancelled and sessions.starts_at > :now and sessions.starts_at <= :until
          and not seats.given_up and seats.reminded_for is distinct from sessions.starts_at
          and not contacts.suspended
        order by seats.session_id, seats.student_id, seats.purchase_id
        limit :most
          for update of seats skip locked)
     update seats set reminded_for = due.starts_at
       from due
      where (seats.session_id, seats.student_id, seats.purchase_id)
          = (due.session_id, due.student_id, due.purchase_id)
     returning due.session_id as "sessionId", due.student_id as "studentId", due.title, due.starts_at as "startsAt",
               due.duration_minutes as "durationMinutes", due.version, due.email, due.display_name as "displayName", due.locale,
               due.time_zone as "timeZone"`,
    { now, until, most },
  );
  return rows;
}
