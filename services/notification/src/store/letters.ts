import type { Knex } from 'knex';
import type { Content, Reader } from '../domain/letter.js';

export interface NewLetter {
  readonly id: string;
  readonly about: string;
  readonly recipientId: string;
  readonly email: string;
  readonly reader: Reader;
  readonly content: Content;
  readonly expiresAt: Date | null;
}

/** Adds letters to be sent, in the order of their keys. What was written about before is left as it is. */
export async function addLetters(tx: Knex, letters: readonly NewLetter[], now: Date): Promise<void> {
  if (letters.length === 0) return;
  const key = ({ about, content, recipientId }: NewLetter) => `${about} ${content.kind} ${recipientId}`;
  const sorted = [...letters].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const rows = sorted.map(({ id, about, recipientId, email, reader, content, expiresAt }) => ({
    id,
    kind: content.kind,
    about,
    recipient_id: recipientId,
    email,
    content: JSON.stringify({ ...content, reader }),
    next_attempt_at: now,
    expires_at: expiresAt,
    created_at: now,
  }));
  await tx('letters').insert(rows).onConflict(['about', 'kind', 'recipient_id']).ignore();
}

/** A letter taken to be sent, until its lease is over. */
export interface DueLetter {
  readonly id: string;
  readonly recipientId: string;
  readonly email: string;
  readonly content: Content & { readonly reader: Reader };
  /** With this one. It names the lease: who finds another number has lost it. */
  readonly attempts: number;
  readonly leasedUntil: Date;
  readonly expiresAt: Date | null;
  /** A reminder of a seat or a start that is no more; the failure of a payment that went through after all. */
  readonly idle: boolean;
  /** Is nothing sent to this address any more? */
  readonly suppressed: boolean;
}

/**
 * Takes the letter that is next, for whoever comes first: it is nobody else's until `lease`, after which whoever took it is
 * taken for dead and it is due again. One statement, so that no lock is held while a mail server is spoken to. Those with a
 * token go first, before the reminders of a large class: who asked for one sits and waits. Without `again` only letters that
 * were never tried.
 */
export async function takeDue(
  db: Knex,
  { now, lease, again }: { now: Date; lease: Date; again: boolean },
): Promise<DueLetter | undefined> {
  const { rows } = await db.raw<{ rows: DueLetter[] }>(
    `with due as (
       select id from letters where status = 'waiting' and next_attempt_at <= :now and (attempts = 0 or :again)
        order by kind in ('email-verification', 'password-reset') desc, next_attempt_at
        limit 1 for update skip locked)
     update letters set attempts = attempts + 1, next_attempt_at = :lease
       from due where letters.id = due.id
     returning letters.id, recipient_id as "recipientId", email, content, attempts, expires_at as "expiresAt",
               next_attempt_at as "leasedUntil",
               case kind
                 when 'reminder' then not exists (
                   select from seats join sessions on sessions.id = seats.session_id
                    where seats.session_id = split_part(about, '/', 2)::uuid and seats.student_id = recipient_id
                      and not seats.given_up and not sessions.cancelled
                      and sessions.starts_at = (content #>> '{facts,lesson,startsAt}')::timestamptz)
                 when 'payment-failed' then exists (
                   select from letters receipt
                    where receipt.about = 'payment/' || split_part(letters.about, '/', 2) || '/received'
                      and receipt.kind = 'payment-received' and receipt.recipient_id = letters.recipient_id)
                 when 'subscription-past-due' then exists (
                   select from letters receipt
                    where receipt.about = letters.about and receipt.kind = 'subscription-renewed'
                      and receipt.recipient_id = letters.recipient_id)
                 else false end as idle,
               exists (select from suppressions where suppressions.email = letters.email) as suppressed`,
    { now, lease, again },
  );
  return rows[0];
}

type Ended = 'sent' | 'suppressed' | 'dropped' | 'failed';

interface Ending {
  readonly status: Ended;
  readonly now: Date;
  /** What went wrong, without an address in it. */
  readonly error: string | null;
}

/** Ends a letter and forgets its words. Does nothing when the lease was lost: whoever has it now says what becomes of it. */
export async function endLetter(
  db: Knex,
  { id, attempts }: Pick<DueLetter, 'id' | 'attempts'>,
  { status, now, error }: Ending,
): Promise<void> {
  await db('letters')
    .where({ id, attempts, status: 'waiting' })
    .update({ status, content: null, next_attempt_at: null, ended_at: now, last_error: error });
}

export async function tryLater(
  db: Knex,
  { id, attempts }: Pick<DueLetter, 'id' | 'attempts'>,
  next: Date,
  error: string,
): Promise<void> {
  await db('letters')
    .where({ id, attempts, status: 'waiting' })
    .update({ next_attempt_at: next, last_error: error });
}

export async function suppress(tx: Knex, email: string, reason: string, now: Date): Promise<void> {
  await tx('suppressions').insert({ email, since: now, reason }).onConflict('email').ignore();
}

/**
 * Forgets to whom letters went that ended before then, and what servers said, `most` at a time. Their rows stay: a dead letter
 * that is retried, or an event said again, must not be a letter again. Returns how many.
 */
export async function forgetLetters(tx: Knex.Transaction, before: Date, most: number): Promise<number> {
  const old = tx('letters')
    .select('id')
    .whereNot('status', 'waiting')
    .whereNotNull('email')
    .where('ended_at', '<', before)
    .orderBy('ended_at')
    .limit(most);
  return tx('letters').whereIn('id', old).update({ email: null, last_error: null });
}
