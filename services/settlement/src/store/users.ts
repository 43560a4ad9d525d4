import type { DataOf } from '@rollcall/contracts/event';
import type { userRegistered } from '@rollcall/contracts/events/identity';
import type { Knex } from 'knex';
import type { User } from '../domain/terms.js';

/** Keeps the newest version of each, ids distinct; news that comes late changes nothing. Locks in id order. */
export async function learnUsers(
  tx: Knex.Transaction,
  users: readonly DataOf<typeof userRegistered>[],
): Promise<void> {
  const rows = users.map((user) => ({
    id: user.userId,
    version: user.version,
    roles: user.roles,
    referrer_id: user.referrerId,
  }));
  await tx.raw(
    `insert into users select * from json_populate_recordset(null::users, ?) order by id
     on conflict (id) do update
       set version = excluded.version, roles = excluded.roles, referrer_id = excluded.referrer_id
       where users.version < excluded.version`,
    [JSON.stringify(rows)],
  );
}

/** Those of `ids` we have heard of. */
export async function knownUsers(tx: Knex, ids: readonly string[]): Promise<Map<string, User>> {
  return byId(await tx('users').whereIn('id', ids).where('version', '>', 0).select(COLUMNS));
}

/**
 * Leaves a row for each user asked about and locks it, so that his news waits until the holds that wait for him are
 * committed. Returns those that have become known meanwhile.
 */
export async function awaitUsers(tx: Knex.Transaction, ids: readonly string[]): Promise<Map<string, User>> {
  const sorted = [...ids].sort();
  await tx.raw('insert into users (id) select unnest(?::uuid[]) on conflict do nothing', [sorted]);
  const rows: UserRow[] = await tx('users').whereIn('id', sorted).orderBy('id').forShare().select(COLUMNS);
  return byId(rows.filter((row) => row.version > 0));
}

const COLUMNS = ['id', 'version', 'roles', 'referrer_id'];

interface UserRow {
  readonly id: string;
  readonly version: number;
  readonly roles: string[];
  readonly referrer_id: string | null;
}

const byId = (rows: readonly UserRow[]): Map<string, User> =>
  new Map(rows.map((row) => [row.id, { roles: row.roles, referrerId: row.referrer_id }]));
