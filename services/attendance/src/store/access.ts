import type { Knex } from 'knex';
import { type Bounds, neverSeen, type Presence } from '../domain/bounds.js';

export interface Access {
  readonly sessionId: string;
  readonly studentId: string;
  readonly purchaseId: string;
}

/** Adds what is new, in key order, so that two batches with the same rows wait for each other and never in a circle. */
export async function insertAccess(tx: Knex, given: readonly Access[]): Promise<void> {
  await tx.raw(
    `insert into access (session_id, student_id, purchase_id)
     select * from unnest(?::uuid[], ?::uuid[], ?::uuid[]) order by 1, 2, 3
     on conflict do nothing`,
    [
      given.map((one) => one.sessionId),
      given.map((one) => one.studentId),
      given.map((one) => one.purchaseId),
    ],
  );
}

/** Everybody of a session for people to read: its teacher, whoever was seen, and who bought it and was not. */
export async function rosterOf(
  db: Knex,
  sessionId: string,
  { teacher, people }: Pick<Bounds, 'teacher' | 'people'>,
): Promise<Presence[]> {
  const buyers: string[] = await db('access')
    .distinct('student_id')
    .where({ session_id: sessionId })
    .orderBy('student_id')
    .pluck('student_id');
  const seen = new Set(people.map(({ userId }) => userId));
  return [teacher, ...people, ...buyers.filter((id) => !seen.has(id)).map(neverSeen)];
}

export async function mayEnter(db: Knex, sessionId: string, studentId: string): Promise<boolean> {
  const row = await db('access')
    .select('session_id')
    .where({ session_id: sessionId, student_id: studentId })
    .first();
  return row !== undefined;
}
