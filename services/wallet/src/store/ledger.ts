import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { Journal } from '../domain/ledger.js';
import { column } from './column.js';

/**
 * Adds a journal at the commit, in one statement of a fixed number of parameters, whatever its length. It has to be one:
 * when the transfers move the balances, the transactions must be there to agree with them.
 */
export function addJournal({ tx, now: at, atCommit }: Work, journal: Journal): void {
  const { entries, transfers, transactions } = journal;
  if (entries.length === 0) return;
  const added = tx.raw(ADD, [
    at,
    column(entries, (row) => row.id),
    column(entries, (row) => row.type),
    column(entries, (row) => row.referenceType),
    column(entries, (row) => row.referenceId),
    column(entries, (row) => row.description),
    column(entries, (row) => row.actorId),
    at,
    column(transactions, (row) => row.accountId),
    column(transactions, (row) => row.id),
    column(transactions, (row) => row.entryId),
    column(transactions, (row) => row.type),
    column(transactions, (row) => row.amount),
    column(transactions, (row) => row.before),
    column(transactions, (row) => row.after),
    column(transactions, (row) => row.holdId),
    column(transfers, (row) => row.entryId),
    column(transfers, (row) => row.n),
    column(transfers, (row) => row.from),
    column(transfers, (row) => row.to),
    column(transfers, (row) => row.amount),
  ]);
  atCommit(added);
}

const ADD = `
  with entry as (
    insert into entries (at, id, type, reference_type, reference_id, description, actor_id)
    select ?::timestamptz, e.*
      from unnest(?::uuid[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::uuid[]) as e
  ), seen as (
    insert into transactions
      (at, account_id, id, entry_id, type, amount, balance_before, balance_after, hold_id)
    select ?::timestamptz, t.*
      from unnest(?::bigint[], ?::uuid[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::uuid[]) as t
  )
  insert into transfers (entry_id, n, from_account, to_account, amount)
  select * from unnest(?::uuid[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bigint[])`;

/** Is an entry of this id in the ledger? Its caller holds the locks that every writer of it takes. */
export async function hasEntry(tx: Knex.Transaction, id: string): Promise<boolean> {
  const { rows } = await tx.raw('select from entries where id = ?', [id]);
  return rows.length > 0;
}
