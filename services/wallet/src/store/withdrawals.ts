import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';
import type { SealedBankAccount } from '../bank-account.js';
import type { Status, Withdrawal } from '../domain/withdrawal.js';

export interface NewWithdrawal extends Pick<Withdrawal, 'id' | 'teacherId' | 'amount' | 'currency'> {
  readonly bank: SealedBankAccount;
  readonly notes: string | null;
  readonly entryId: string;
  readonly payableFrom: Date;
}

export async function addWithdrawal(tx: Knex.Transaction, row: NewWithdrawal, now: Date): Promise<void> {
  await tx('withdrawals').insert({
    ...{ id: row.id, teacher_id: row.teacherId, amount: row.amount, currency: row.currency },
    ...{ bank_sealed: row.bank.sealed, bank_masked: JSON.stringify(row.bank.masked), notes: row.notes },
    ...{
      status: 'pending',
      requested_at: now,
      payable_from: row.payableFrom,
      reserved_entry_id: row.entryId,
    },
  });
}

export interface StoredWithdrawal extends Withdrawal {
  readonly version: number;
}

/** Locks a withdrawal, of this teacher where one is given; locked before any account. Throws 404. */
export async function lockWithdrawal(
  tx: Knex.Transaction,
  id: string,
  teacherId?: string,
): Promise<StoredWithdrawal> {
  const { rows } = await tx.raw(LOCK, { id, teacherId: teacherId ?? null });
  const [row] = rows as StoredWithdrawal[];
  if (row === undefined) throw notFound('withdrawal');
  return row;
}

const LOCK = `
  select id, teacher_id as "teacherId", amount, currency, status, version, approved_by as "approvedBy",
         payable_from as "payableFrom"
    from withdrawals
   where id = :id and (:teacherId::uuid is null or teacher_id = :teacherId)
     for update`;

export interface Stepped {
  readonly id: string;
  readonly status: Status;
  /** Null where nothing moved. */
  readonly entryId: string | null;
  readonly actorId: string;
  readonly reason: string | null;
  readonly notes: string | null;
  /** Who moves the money, where this step begins to. */
  readonly provider: string;
}

/** What each state leaves on the row beside itself. */
export async function stepWithdrawal(tx: Knex.Transaction, step: Stepped, now: Date): Promise<void> {
  const { id, status, entryId, actorId } = step;
  const byAdmin = ['approved', 'processing', 'failed', 'rejected'].includes(status);
  await tx('withdrawals')
    .where({ id })
    .update({
      status,
      version: tx.raw('version + 1'),
      ...(byAdmin && { processed_at: now, processed_by: actorId }),
      ...(status === 'approved' && { approved_by: actorId }),
      ...(status === 'completed' && { completed_at: now }),
      ...(['failed', 'rejected', 'returned'].includes(status) && { failure_reason: step.reason }),
      ...(step.notes !== null && { admin_notes: step.notes }),
      ...(entryId !== null && { [status === 'returned' ? 'returned_entry_id' : 'ended_entry_id']: entryId }),
    });
}

/** The states of an attempt are those of the withdrawal it is of. */
const ATTEMPTED: readonly Status[] = ['processing', 'completed', 'failed', 'returned'];

/** What became of the withdrawal's attempt. There is one: what failed or came back is asked for anew. */
export async function noteAttempt(tx: Knex.Transaction, step: Stepped, now: Date): Promise<void> {
  if (!ATTEMPTED.includes(step.status)) return;
  const ended = step.status !== 'processing';
  await tx.raw(ATTEMPT, [
    ...[step.id, step.provider, step.status, now, step.actorId],
    ...[ended ? now : null, ended ? step.actorId : null, step.reason],
  ]);
}

const ATTEMPT = `
  insert into withdrawal_attempts
    (withdrawal_id, n, provider, status, started_at, started_by, ended_at, ended_by, reason)
  values (?, 1, ?, ?, ?, ?, ?, ?, ?)
  on conflict (withdrawal_id, n) do update
     set status = excluded.status, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
         reason = excluded.reason`;
