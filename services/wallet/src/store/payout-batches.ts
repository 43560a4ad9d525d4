import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { Debtor } from '../payouts/provider.js';

/** A withdrawal to be paid, with what it was sealed as. */
export interface Payable extends Withdrawal {
  readonly version: number;
  readonly sealed: string;
}

const COLUMNS = `
  id, teacher_id as "teacherId", amount, currency, status, version, approved_by as "approvedBy",
  payable_from as "payableFrom", bank_sealed as sealed`;

/** Locks those of these that are there, in id order, as whoever steps several does. */
export async function lockThese(tx: Knex.Transaction, ids: readonly string[]): Promise<Payable[]> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from withdrawals where id = any(?::uuid[]) order by id for update`,
    [[...ids]],
  );
  return rows as Payable[];
}

/**
 * Locks the oldest approved ones that may be paid by now; passes over what another admin has in hand, and who is suspended or
 * owes something since it was approved.
 */
export async function lockPayable(
  tx: Knex.Transaction,
  { currency, now, limit }: { currency: string; now: Date; limit: number },
): Promise<Payable[]> {
  const { rows } = await tx.raw(
    `select ${COLUMNS} from withdrawals
      where status = 'approved' and currency = ? and payable_from <= ?
        and not exists (select from known_users u where u.id = withdrawals.teacher_id and u.suspended)
        and not exists (select from accounts d where d.owner_id = withdrawals.teacher_id and d.kind = 'debt'
                         and d.currency = withdrawals.currency and d.balance < 0)
      order by id limit ? for update skip locked`,
    [currency, now, limit],
  );
  return rows as Payable[];
}

export interface NewBatch {
  readonly id: string;
  readonly provider: string;
  readonly currency: string;
  readonly count: number;
  readonly total: number;
  readonly debtor: Debtor | null;
  readonly notes: string | null;
  readonly createdBy: string;
}

/** Adds a batch with its lines, numbered from 1 in the order given. */
export async function addBatch(
  tx: Knex.Transaction,
  { id, provider, currency, count, total, debtor, notes, createdBy }: NewBatch,
  { withdrawalIds, now }: { withdrawalIds: readonly string[]; now: Date },
): Promise<void> {
  const held = debtor === null ? null : JSON.stringify(debtor);
  await tx('payout_batches').insert({
    ...{ id, provider, currency, count, total, debtor: held, notes },
    ...{ created_at: now, created_by: createdBy },
  });
  await tx.raw(
    `insert into payout_batch_lines (batch_id, withdrawal_id, n)
     select ?, id, n from unnest(?::uuid[]) with ordinality as line (id, n)`,
    [id, [...withdrawalIds]],
  );
}

/** Whose account a batch is paid from. Throws 404. */
export async function debtorOf(tx: Knex.Transaction, id: string): Promise<Debtor | null> {
  const row = await tx('payout_batches').where({ id }).first('debtor');
  if (row === undefined) throw notFound('payout batch');
  return row.debtor;
}

/** How the withdrawals of a batch stand, in their order. */
export async function linesOf(
  tx: Knex.Transaction,
  id: string,
): Promise<Pick<Withdrawal, 'id' | 'status'>[]> {
  const { rows } = await tx.raw(
    `select w.id, w.status from payout_batch_lines l join withdrawals w on w.id = l.withdrawal_id
      where l.batch_id = ? order by l.n`,
    [id],
  );
  return rows as Pick<Withdrawal, 'id' | 'status'>[];
}
