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
    columnsOf(given),
  );
}

/** Takes entry away for good, whether or not it was given yet, in the same order; a purchase may be named twice. */
export async function revokeAccess(tx: Knex, taken: readonly Access[]): Promise<void> {
  await tx.raw(
    `insert into access (session_id, student_id, purchase_id, revoked)
     select distinct *, true from unnest(?::uuid[], ?::uuid[], ?::uuid[]) order by 1, 2, 3
     on conflict (session_id, student_id, purchase_id) do update set revoked = true`,
    columnsOf(taken),
  );
}

const columnsOf = (rows: readonly Access[]) => [
  rows.map((one) => one.sessionId),
  rows.map((one) => one.studentId),
  rows.map((one) => one.purchaseId),
];

/** Whoever bought a session and kept it, in the order of their ids. */
export const buyersOf = (db: Knex, sessionId: string): Promise<string[]> =>
  db('access')
    .distinct('student_id')
    .where({ session_id: sessionId, revoked: false })
    .orderBy('student_id')
    .pluck('student_id');

/** Everybody of a session for people to read: its teacher, whoever was seen, and who bought it, kept it and was not. */
export async function rosterOf(
  db: Knex,
  sessionId: string,
  { teacher, people }: Pick<Bounds, 'teacher' | 'people'>,
): Promise<Presence[]> {
  const buyers = await buyersOf(db, sessionId);
  const seen = new Set(people.map(({ userId }) => userId));
  return [teacher, ...people, ...buyers.filter((id) => !seen.has(id)).map(neverSeen)];
}

/** Whoever bought a session that was then cancelled has lost it with the others, and is still told so. */
export async function mayEnter(
  db: Knex,
  { id, cancelled }: { readonly id: string; readonly cancelled: boolean },
  studentId: string,
): Promise<boolean> {
  const row = await db('access')
    .select('session_id')
    .where({ session_id: id, student_id: studentId, ...(!cancelled && { revoked: false }) })
    .first();
  return row !== undefined;
}
