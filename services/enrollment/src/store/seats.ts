/** SQL that reads who has a place. */
import type { Knex } from 'knex';

/**
 * Asked anew of whoever queued for a session and found it full: the offer's `bought` is as old as the statement that
 * waited, and the last seat may have gone to another request of the same student.
 */
export async function hasSeat(tx: Knex.Transaction, sessionId: string, studentId: string): Promise<boolean> {
  const seat = await tx('seats')
    .where({ session_id: sessionId, student_id: studentId, live: true })
    .first('live');
  return seat !== undefined;
}
