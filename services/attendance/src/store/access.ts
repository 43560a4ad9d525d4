import type { Knex } from 'knex';

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

export async function mayEnter(db: Knex, sessionId: string, studentId: string): Promise<boolean> {
  const row = await db('access')
    .select('session_id')
    .where({ session_id: sessionId, student_id: studentId })
    .first();
  return row !== undefined;
}
