import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';
import type { Failures } from '../domain/login-limit.js';

export const failuresOf = (db: Database, accountHash: Buffer): Promise<Failures | undefined> =>
  db('login_failures').where({ account_hash: accountHash }).first('since', 'failures');

/** Failures of one account are counted one after the other. A lock by number: there may be no row yet to lock. */
export async function lockFailures(tx: Knex.Transaction, accountHash: Buffer): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?)', [accountHash.readBigInt64BE(0).toString()]);
}

export async function saveFailures(
  tx: Knex.Transaction,
  accountHash: Buffer,
  { since, failures }: Failures,
): Promise<void> {
  await tx('login_failures')
    .insert({ account_hash: accountHash, since, failures })
    .onConflict('account_hash')
    .merge();
}

export const forgetFailures = (tx: Knex.Transaction, accountHash: Buffer): Promise<number> =>
  tx('login_failures').where({ account_hash: accountHash }).delete();

export async function deleteOldFailures(tx: Knex.Transaction, before: Date, most: number): Promise<number> {
  const old = tx('login_failures').where('since', '<', before).limit(most).forUpdate().skipLocked();
  return tx('login_failures').whereIn('account_hash', old.select('account_hash')).delete();
}
