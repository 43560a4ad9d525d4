/** SQL about the names that invoices are written to. */
import type { Knex } from 'knex';
import type { Buyer } from '../domain/invoice.js';

type Tx = Knex.Transaction;

export interface Payer {
  readonly userId: string;
  readonly displayName: string;
  readonly locale: string;
  readonly version: number;
}

/** Keeps the newest version of each; of one user there is one. */
export async function upsertPayers(tx: Tx, payers: readonly Payer[]): Promise<void> {
  const rows = [...payers].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  await tx('payers')
    .insert(
      rows.map(({ userId, displayName, locale, version }) => ({
        ...{ user_id: userId, display_name: displayName, locale, version },
      })),
    )
    .onConflict('user_id')
    .merge()
    .whereRaw('payers.version < excluded.version');
}

export async function buyerOf(tx: Tx, userId: string): Promise<Buyer | undefined> {
  return tx('payers').where({ user_id: userId }).first('display_name as name', 'locale');
}
