/** SQL that reads who has a place. */
import type { Knex } from 'knex';

/**
 * Of these sessions those in which the student has a place. Asked anew of whoever queued for a session and found it full:
 * the offer's `bought` is as old as the statement that waited, and the last seat may have gone to another request of the
 * same student.
 */
export async function seatsOf(
  tx: Knex.Transaction,
  sessionIds: readonly string[],
  studentId: string,
): Promise<Set<string>> {
  const rows = await tx('seats')
    .where({ student_id: studentId, live: true })
    .whereIn('session_id', [...sessionIds])
    .pluck('session_id');
  return new Set(rows);
}
