import { runAgainOn } from '@rollcall/kit/database';
import type { Work } from '@rollcall/kit/work';
import type { Knex } from 'knex';
import type { CardKind, CardMoved } from '../domain/card.js';
import { column } from './column.js';

/** Names a movement: what is done once. */
export const movementKey = ({ kind, id }: { readonly kind: CardKind; readonly id: string }): string =>
  `${kind}/${id}`;

/** What was moved or refused before for these payments. Behind the locks it sees what a rival just committed. */
export const movementsQuery = (tx: Knex.Transaction, paymentIds: readonly string[]): Knex.Raw =>
  tx.raw(MOVEMENTS, [column(paymentIds, (id) => id)]);

/** Its rows, by movement. */
export const movementsIn = (rows: readonly unknown[]): Map<string, CardMoved> =>
  new Map((rows as CardMoved[]).map((row) => [movementKey(row), row]));

const MOVEMENTS = `
  select kind, id, payment_id as "paymentId", user_id as "userId", amount, currency, possible, entry_id as "entryId"
    from card_movements where payment_id = any(?::uuid[])`;

/** Keeps what was moved or refused, with the commit. */
export function addMovements({ tx, now: at, atCommit }: Work, moved: readonly CardMoved[]): void {
  if (moved.length === 0) return;
  const added = tx.raw(ADD, [
    at,
    column(moved, (row) => row.kind),
    column(moved, (row) => row.id),
    column(moved, (row) => row.paymentId),
    column(moved, (row) => row.userId),
    column(moved, (row) => row.amount),
    column(moved, (row) => row.currency),
    column(moved, (row) => row.possible),
    column(moved, (row) => row.entryId),
  ]);
  atCommit(added, runAgainOn('card_movements_pkey'));
}

const ADD = `
  insert into card_movements (at, kind, id, payment_id, user_id, amount, currency, possible, entry_id)
  select ?::timestamptz, m.*
    from unnest(?::text[], ?::uuid[], ?::uuid[], ?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::uuid[]) as m`;
