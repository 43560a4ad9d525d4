import type { Knex } from 'knex';
import { column } from './column.js';

export interface KnownUser {
  readonly id: string;
  readonly version: number;
  readonly suspended: boolean;
}

/**
 * Remembers these users as they are by the newest version heard of, ids distinct. Sorted, so that batches that meet the
 * same users wait in one direction only.
 */
export async function addKnownUsers(
  tx: Knex.Transaction,
  users: readonly KnownUser[],
  at: Date,
): Promise<void> {
  await tx.raw(
    `insert into known_users (id, version, suspended, heard_at)
     select id, version, suspended, ?::timestamptz
       from unnest(?::uuid[], ?::integer[], ?::boolean[]) as u (id, version, suspended) order by id
     on conflict (id) do update set version = excluded.version, suspended = excluded.suspended
       where known_users.version < excluded.version`,
    [
      at,
      column(users, ({ id }) => id),
      column(users, ({ version }) => version),
      column(users, ({ suspended }) => String(suspended)),
    ],
  );
}

export async function isKnownUser(tx: Knex.Transaction, id: string): Promise<boolean> {
  const { rows } = await tx.raw('select from known_users where id = ?', [id]);
  return rows.length > 0;
}
