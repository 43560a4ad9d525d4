import type { Knex } from 'knex';

/** Remembers that a user exists; there is nothing to forget and no order to keep. */
export async function addKnownUser(tx: Knex.Transaction, id: string, at: Date): Promise<void> {
  await tx.raw('insert into known_users (id, heard_at) values (?, ?) on conflict do nothing', [id, at]);
}

export async function isKnownUser(tx: Knex.Transaction, id: string): Promise<boolean> {
  const { rows } = await tx.raw('select from known_users where id = ?', [id]);
  return rows.length > 0;
}
