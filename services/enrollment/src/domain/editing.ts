/** What a teacher may change once others rely on it. Source: domain.md, 'Buying'. */
import type { Money } from '@rollcall/contracts/money';
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { hasStarted, type SessionStatus } from './purchase.js';

/** A course takes no more: the rooms, the split of its price and every answer that lists them stay within reason. */
export const MOST_SESSIONS = 200;

/** What a session promises its buyers. */
export interface Terms {
  readonly number: number;
  readonly title: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly price: Money;
}

export interface EditedSession extends Terms {
  readonly status: SessionStatus;
  /** Teacher and a student were both seen in the room. */
  readonly startedAt: Date | null;
  /** Its course was on sale once. Before that nobody can have come: a draft's start may lie in the past and be moved. */
  readonly announced: boolean;
}

type Wish<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** Only what differs is a change: a form that sends everything back changes nothing, and breaks no rule. */
export function changesOf(session: Terms, wish: Wish<Terms>): Partial<Terms> {
  const entries = Object.entries(wish) as [keyof Terms, Terms[keyof Terms] | undefined][];
  return Object.fromEntries(
    entries.filter(([field, value]) => value !== undefined && !isSame(session[field], value)),
  );
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const FROZEN = ['number', 'durationMinutes', 'price'] as const;

/** May these changes be made now? Throws 409 where the session's state forbids it, 422 for a start or a price that is none. */
export function checkChanges(
  session: EditedSession,
  changes: Partial<Terms>,
  { hasSeat, now }: { hasSeat: boolean; now: Date },
): void {
  const fields = Object.keys(changes);
  if (fields.length === 0) return;
  if (session.status === 'cancelled')
    throw conflict('session-cancelled', 'This session was cancelled. Add another one to the course instead.');
  if (fields.some((field) => field !== 'title') && isUnderWay(session, now))
    throw conflict('session-started', 'This session has started; only its title can still be changed.');
  const frozen = FROZEN.filter((field) => field in changes);
  if (hasSeat && frozen.length > 0)
    throw conflict(
      'session-sold',
      `Somebody has bought this session, which freezes its number, length and price. Leave out ${frozen.join(', ')}, or cancel it and add another one.`,
      { members: { frozen } },
    );
  if (changes.startsAt !== undefined) checkStart(changes.startsAt, now);
  if (changes.price !== undefined) checkCurrency(changes.price, session.price.currency);
}

/** May the session be cancelled now? Throws 409 once it has started. */
export function checkCancel(session: EditedSession, now: Date): void {
  if (isUnderWay(session, now))
    throw conflict(
      'session-started',
      'This session has started and will be settled by who was in class. Ask an admin to refund its holds instead.',
    );
}

const isUnderWay = (session: EditedSession, now: Date): boolean =>
  session.announced && hasStarted(session, now);

/** What a session starts at is still to come. Throws 422. */
export function checkStart(startsAt: Date, now: Date): void {
  if (startsAt <= now)
    throw unprocessable(
      'start-in-the-past',
      'A session starts at a moment still to come. Choose a later one.',
      [{ path: 'startsAt', message: 'must lie in the future' }],
    );
}

/** Throws 422. */
export function checkCurrency(price: Money, currency: string): void {
  if (price.currency !== currency)
    throw unprocessable('another-currency', `This course is sold in ${currency}. Give the price in it.`, [
      { path: 'price.currency', message: `must be ${currency}, the course's currency` },
    ]);
}

/** May the course be sold in another currency? Throws 409 once it was on sale. */
export function checkNewCurrency(currency: string, course: { currency: string; announced: boolean }): void {
  if (course.announced && currency !== course.currency)
    throw conflict(
      'course-announced',
      `This course was put on sale in ${course.currency} and stays in it. Give the price in it, or draft another course.`,
    );
}

/** A number of a course is given once, to cancelled sessions too: it names the room. Throws 409. */
export function checkNumber(number: number, taken: readonly number[]): void {
  if (!taken.includes(number)) return;
  const free = Array.from({ length: MOST_SESSIONS + 1 }, (_, index) => index + 1).find(
    (one) => !taken.includes(one),
  );
  throw conflict(
    'number-taken',
    `Number ${number} is taken by another session of this course. Take ${free}.`,
  );
}

/** Throws 409 for a course that is full or not sold any more. */
export function checkRoomForOne(status: 'draft' | 'published' | 'archived', sessions: number): void {
  if (status === 'archived')
    throw conflict('course-archived', 'This course is archived: nothing of it is sold. Draft a new course.');
  if (sessions >= MOST_SESSIONS)
    throw conflict(
      'too-many-sessions',
      `A course has at most ${MOST_SESSIONS} sessions. Draft a second course.`,
    );
}

/** May the course take this limit? Throws 409 where more seats are taken in one of its sessions. */
export function checkLimit(maxStudents: number | null, seatsTaken: number): void {
  if (maxStudents !== null && maxStudents < seatsTaken)
    throw conflict(
      'seats-taken',
      `${seatsTaken} seats of one of its sessions are taken. Set maxStudents to ${seatsTaken} or more.`,
      { members: { seatsTaken } },
    );
}
