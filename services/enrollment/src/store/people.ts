/** SQL about the names that rosters show, and about who may sell. */
import type { Knex } from 'knex';

export interface Person {
  readonly userId: string;
  readonly displayName: string;
  readonly suspended: boolean;
  readonly version: number;
}

/** In a query of courses: their teacher is suspended, so that nobody is sold what he may not teach. */
export const TEACHER_SUSPENDED =
  'exists (select from people where user_id = courses.teacher_id and suspended)';

/**
 * Keeps the newest version of each, in id order; of one user there is one. A suspension also comes again with the version
 * that is known: it was not kept always.
 */
export async function upsertPeople(tx: Knex.Transaction, people: readonly Person[]): Promise<void> {
  const sorted = [...people].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  await tx('people')
    .insert(
      sorted.map(({ userId, displayName, suspended, version }) => ({
        ...{ user_id: userId, display_name: displayName, suspended, version },
      })),
    )
    .onConflict('user_id')
    .merge()
    .whereRaw('(people.version, people.suspended) < (excluded.version, excluded.suspended)');
}
