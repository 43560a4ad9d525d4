import type { Knex } from 'knex';

export interface Contact {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  readonly version: number;
}

/**
 * Writes what is newer than what is known, in id order. Whoever has another address than before is written to again, and so is
 * an address that somebody new has: what was found of it was found of another mailbox.
 */
export async function upsertContacts(tx: Knex, contacts: readonly Contact[]): Promise<void> {
  const sorted = [...contacts].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  await tx.raw(
    `with row as (
       select * from json_to_recordset(?::json) as row ("userId" uuid, email text, "displayName" text, locale text,
              "timeZone" text, suspended boolean, version integer)
     ), moved as (
       delete from suppressions where email in (
         select known.email from contacts known join row on row."userId" = known.user_id
          where row.version > known.version and row.email <> known.email
         union all
         select email from row where not exists (select from contacts where user_id = row."userId"))
     )
     insert into contacts as known (user_id, email, display_name, locale, time_zone, suspended, version)
     select "userId", email, "displayName", locale, "timeZone", suspended, version from row
     on conflict (user_id) do update set
       email = excluded.email, display_name = excluded.display_name, locale = excluded.locale,
       time_zone = excluded.time_zone, suspended = excluded.suspended, version = excluded.version
     where known.version < excluded.version`,
    [JSON.stringify(sorted)],
  );
}

/** Those of these users that are known, by id. */
export async function contactsOf(tx: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, Contact>> {
  const rows: Contact[] = await tx('contacts')
    .whereIn('user_id', [...new Set(ids)])
    .select({
      userId: 'user_id',
      email: 'email',
      displayName: 'display_name',
      locale: 'locale',
      timeZone: 'time_zone',
      suspended: 'suspended',
      version: 'version',
    });
  return new Map(rows.map((row) => [row.userId, row]));
}
