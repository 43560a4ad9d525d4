import type { Knex } from 'knex';
import { column } from './column.js';

/** Remembers that these users exist. Sorted, so that batches that meet the same users wait in one direction only. */
export async function addKnownUsers(tx: Knex.Transaction, ids: readonly string[], at: Date): Promise<void> {
  await tx.raw(
    `insert into known_users (id, heard_at) select distinct id, ?::timestamptz from unnest(?::uuid[]) as id order by id
     on conflict do nothing`,
    [at, column(ids, (id) => id)],
  );
}

export async function isKnownUser(tx: Knex.Transaction, id: string): Promise<boolean> {
  const { rows } = await tx.raw('select from known_users where id = ?', [id]);
  return rows.length > 0;
}
