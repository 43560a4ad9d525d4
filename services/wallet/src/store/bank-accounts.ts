import type { Knex } from 'knex';
import type { SealedBankAccount } from '../bank-account.js';
import type { Plan } from '../domain/auto-payout.js';

/** A teacher's stored bank account, sealed for his id, and since when it is that one; undefined where there is none. */
export async function storedAccountOf(
  tx: Knex.Transaction,
  ownerId: string,
): Promise<{ sealed: string; since: Date } | undefined> {
  const row = await tx('bank_accounts').where({ owner_id: ownerId }).first('bank_sealed', 'changed_at');
  return row?.bank_sealed ? { sealed: row.bank_sealed, since: row.changed_at } : undefined;
}

/** What a teacher has set beside his bank account. Version 0: nothing yet. */
export interface Settings {
  readonly version: number;
  readonly plan: Plan;
}

/** Locks a teacher's settings, created where there are none: of two changes at once the second sees the first. */
export async function lockSettings(tx: Knex.Transaction, ownerId: string, now: Date): Promise<Settings> {
  await tx.raw(
    'insert into bank_accounts (owner_id, version, changed_at) values (?, 0, ?) on conflict do nothing',
    [ownerId, now],
  );
  const { rows } = await tx.raw(
    `select version, auto_payout as on, payout_weekday as weekday, payout_threshold as threshold,
            payout_currency as currency
       from bank_accounts where owner_id = ? for update`,
    [ownerId],
  );
  const [{ version, ...plan }] = rows as [Plan & { version: number }];
  return { version, plan };
}

/** Puts settings in place of those that were locked; a bank account, or none any more, only where `bank` says so. */
export async function putSettings(
  tx: Knex.Transaction,
  ownerId: string,
  { version, plan, bank, now }: Settings & { bank: SealedBankAccount | null | undefined; now: Date },
): Promise<void> {
  const masked = bank ? JSON.stringify(bank.masked) : null;
  await tx('bank_accounts')
    .where({ owner_id: ownerId })
    .update({
      ...{ version, auto_payout: plan.on, payout_weekday: plan.weekday },
      ...{ payout_threshold: plan.threshold, payout_currency: plan.currency },
      ...(bank !== undefined && { bank_sealed: bank?.sealed ?? null, bank_masked: masked, changed_at: now }),
    });
}

/** A row with bank details: a withdrawal, or what a teacher stored. */
export interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}

export type Table = 'withdrawals' | 'bank_accounts';
const KEY: Readonly<Record<Table, string>> = { withdrawals: 'id', bank_accounts: 'owner_id' };

/** Locks at most `limit` rows after `after` that one of these keys sealed, in id order. */
export async function rowsSealedBy(
  tx: Knex.Transaction,
  table: Table,
  { keys, after, limit }: { keys: readonly string[]; after: string; limit: number },
): Promise<SealedRow[]> {
  const { rows } = await tx.raw(
    `select ${KEY[table]} as id, bank_sealed as sealed from ${table}
      where split_part(bank_sealed, '.', 1) = any(?) and ${KEY[table]} > ?
      order by ${KEY[table]} limit ? for update`,
    [[...keys], after, limit],
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
