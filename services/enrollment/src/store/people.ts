/** SQL about the names that rosters show. */
import type { Knex } from 'knex';

export interface Person {
  readonly userId: string;
  readonly displayName: string;
  readonly version: number;
}

/** Keeps the newest version of each, in id order; of one user there is one. */
export async function upsertPeople(tx: Knex.Transaction, people: readonly Person[]): Promise<void> {
  const sorted = [...people].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  await tx('people')
    .insert(
      sorted.map(({ userId, displayName, version }) => ({
        ...{ user_id: userId, display_name: displayName, version },
      })),
    )
    .onConflict('user_id')
    .merge()
    .whereRaw('people.version < excluded.version');
}
