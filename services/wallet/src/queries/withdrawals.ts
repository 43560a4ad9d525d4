/** SQL behind what is read of withdrawals. */
import {
  type MaskedBankAccount,
  type WalletSettings,
  WEEKDAYS,
  type Withdrawal,
} from '@rollcall/contracts/api/withdrawals';
import type { AdminWithdrawal, WithdrawalAttempt } from '@rollcall/contracts/api/withdrawals-admin';
import { money } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';

interface Row {
  readonly id: string;
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Withdrawal['status'];
  readonly bank: MaskedBankAccount;
  readonly requestedAt: Date;
  readonly processedAt: Date | null;
  readonly processedBy: string | null;
  readonly completedAt: Date | null;
  readonly notes: string | null;
  readonly adminNotes: string | null;
  readonly failureReason: string | null;
  readonly version: number;
}

const COLUMNS = `
  id, teacher_id as "teacherId", amount, currency, status, bank_masked as bank, requested_at as "requestedAt",
  processed_at as "processedAt", processed_by as "processedBy", completed_at as "completedAt", notes,
  admin_notes as "adminNotes", failure_reason as "failureReason", version`;

interface Filter {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: readonly string[];
  readonly currency?: string;
  readonly teacherId?: string;
  readonly from?: string;
  readonly to?: string;
}

/** A page of withdrawals, the newest first; ids grow with time. */
export async function withdrawalsOf(db: Database, filter: Filter) {
  const [before] = decodeCursor(filter.cursor, Id) ?? [null];
  const { rows } = await db.raw(LIST, {
    before,
    teacherId: filter.teacherId ?? null,
    statuses: filter.status === undefined ? null : [...filter.status],
    currency: filter.currency ?? null,
    from: filter.from ?? null,
    to: filter.to ?? null,
    limit: filter.limit + 1,
  });
  return listPage(rows as Row[], filter.limit, withdrawal, ({ id }) => [id]);
}

const LIST = `
  select ${COLUMNS} from withdrawals
   where (:before::uuid is null or id < :before)
     and (:teacherId::uuid is null or teacher_id = :teacherId)
     and (:statuses::text[] is null or status = any(:statuses))
     and (:currency::text is null or currency = :currency)
     and (:from::timestamptz is null or requested_at >= :from)
     and (:to::timestamptz is null or requested_at < :to)
   order by id desc limit :limit`;

/** One, of this teacher where one is given. Throws 404. */
export async function withdrawalOf(db: Database, id: string, teacherId?: string): Promise<Withdrawal> {
  const { rows } = await db.raw(ONE, { id, teacherId: teacherId ?? null });
  const [row] = rows as Row[];
  if (row === undefined) throw notFound('withdrawal');
  return withdrawal(row);
}

const ONE = `
  select ${COLUMNS} from withdrawals
   where id = :id and (:teacherId::uuid is null or teacher_id = :teacherId)`;

export async function adminWithdrawalOf(db: Database, id: string): Promise<AdminWithdrawal> {
  const { rows } = await db.raw(ATTEMPTS, [id]);
  const line = await db('payout_batch_lines').where({ withdrawal_id: id }).first('batch_id');
  return {
    ...(await withdrawalOf(db, id)),
    attempts: (rows as AttemptRow[]).map(attempt),
    payoutBatchId: line?.batch_id ?? null,
  };
}

type AttemptRow = Omit<WithdrawalAttempt, 'startedAt' | 'endedAt'> & {
  readonly startedAt: Date;
  readonly endedAt: Date | null;
};

const ATTEMPTS = `
  select n, provider, status, started_at as "startedAt", started_by as "startedBy", ended_at as "endedAt",
         ended_by as "endedBy", reason
    from withdrawal_attempts where withdrawal_id = ? order by n`;

const attempt = ({ startedAt, endedAt, ...row }: AttemptRow): WithdrawalAttempt => ({
  ...row,
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

/** The bank details as they are stored. */
export async function sealedBankAccount(db: Database, id: string): Promise<string> {
  const row = await db('withdrawals').where({ id }).first('bank_sealed');
  if (row === undefined) throw notFound('withdrawal');
  return row.bank_sealed;
}

const withdrawal = ({ bank, requestedAt, processedAt, completedAt, ...row }: Row): Withdrawal => ({
  ...row,
  payoutMethod: 'bank_transfer',
  bankAccount: bank,
  requestedAt: requestedAt.toISOString(),
  processedAt: processedAt?.toISOString() ?? null,
  completedAt: completedAt?.toISOString() ?? null,
  createdAt: requestedAt.toISOString(),
});

export const weekdayNamed = (weekday: number | null) => (weekday === null ? null : WEEKDAYS[weekday - 1]!);

export async function settingsOf(db: Database, ownerId: string): Promise<WalletSettings> {
  const row = await db('bank_accounts').where({ owner_id: ownerId }).first();
  return {
    defaultBankAccount: row?.bank_masked ?? null,
    autoPayout: row?.auto_payout ?? false,
    payoutWeekday: weekdayNamed(row?.payout_weekday ?? null),
    payoutThreshold: row?.payout_currency ? money(row.payout_threshold, row.payout_currency) : null,
    version: row?.version ?? 0,
  };
}
