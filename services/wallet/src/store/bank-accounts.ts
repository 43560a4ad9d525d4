import type { Knex } from 'knex';
import type { SealedBankAccount } from '../bank-account.js';

/** A teacher's stored bank account, sealed for his id, and since when it is that one; undefined where there is none. */
export async function storedAccountOf(
  tx: Knex.Transaction,
  ownerId: string,
): Promise<{ sealed: string; since: Date } | undefined> {
  const row = await tx('bank_accounts').where({ owner_id: ownerId }).first('bank_sealed', 'changed_at');
  return row?.bank_sealed ? { sealed: row.bank_sealed, since: row.changed_at } : undefined;
}

/** Locks the row and says its version; 0 where there is none, and no lock. */
export async function lockBankAccount(tx: Knex.Transaction, ownerId: string): Promise<number> {
  const row = await tx('bank_accounts').where({ owner_id: ownerId }).forUpdate().first('version');
  return row?.version ?? 0;
}

/** Puts another one in its place, or none. Returns its version, which is 1 more than before it was put. */
export async function putBankAccount(
  tx: Knex.Transaction,
  ownerId: string,
  { bank, now }: { bank: SealedBankAccount | null; now: Date },
): Promise<number> {
  const masked = bank === null ? null : JSON.stringify(bank.masked);
  const { rows } = await tx.raw(PUT, [ownerId, bank?.sealed ?? null, masked, now]);
  return (rows as [{ version: number }])[0].version;
}

const PUT = `
  insert into bank_accounts (owner_id, bank_sealed, bank_masked, changed_at) values (?, ?, ?, ?)
  on conflict (owner_id) do update
     set bank_sealed = excluded.bank_sealed, bank_masked = excluded.bank_masked, changed_at = excluded.changed_at,
         version = bank_accounts.version + 1
  returning version`;

/** A row with bank details: a withdrawal, or what a teacher stored. */
export interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}

type Table = 'withdrawals' | 'bank_accounts';
const KEY: Readonly<Record<Table, string>> = { withdrawals: 'id', bank_accounts: 'owner_id' };

/** Locks at most `limit` rows that one of these keys sealed; passes over what somebody else has in hand. */
export async function rowsSealedBy(
  tx: Knex.Transaction,
  table: Table,
  { keys, limit }: { keys: readonly string[]; limit: number },
): Promise<SealedRow[]> {
  const { rows } = await tx.raw(
    `select ${KEY[table]} as id, bank_sealed as sealed from ${table}
      where split_part(bank_sealed, '.', 1) = any(?) limit ? for update skip locked`,
    [[...keys], limit],
  );
  return rows as SealedRow[];
}

export async function putSealed(
  tx: Knex.Transaction,
  table: Table,
  rows: readonly SealedRow[],
): Promise<void> {
  await tx.raw(
    `update ${table} t set bank_sealed = r.sealed from unnest(?::uuid[], ?::text[]) as r (id, sealed)
      where t.${KEY[table]} = r.id`,
    [rows.map(({ id }) => id), rows.map(({ sealed }) => sealed)],
  );
}
