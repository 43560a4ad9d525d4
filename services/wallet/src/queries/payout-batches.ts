/** SQL behind what is read of payout batches. */
import type { PayoutBatch, PayoutBatchWithLines } from '@rollcall/contracts/api/payouts';
import type { MaskedBankAccount } from '@rollcall/contracts/api/withdrawals';
import { money } from '@rollcall/contracts/money';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import type { Keyring } from '@rollcall/kit/sealed';
import { unsealBankAccount } from '../bank-account.js';
import { type Counts, mayBeTaken, statusOf } from '../domain/payout-batch.js';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { Debtor, Order, PayoutProvider } from '../payouts/provider.js';

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly currency: string;
  readonly count: number;
  readonly total: number;
  readonly debtor: Debtor | null;
  readonly notes: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly counts: Counts;
}

/** How a batch is had, by its provider's name. */
type Formats = PayoutProvider['formats'];

/** How far it is stands on its withdrawals alone: at most a thousand, found by the batch's own index. */
const BATCH = `
  select b.id, b.provider, b.currency, b.count, b.total, b.debtor, b.notes, b.created_at as "createdAt",
         b.created_by as "createdBy", c.counts
    from payout_batches b
   cross join lateral (
     select json_build_object('processing', count(*) filter (where w.status = 'processing'),
                              'completed', count(*) filter (where w.status = 'completed'),
                              'failed', count(*) filter (where w.status = 'failed'),
                              'returned', count(*) filter (where w.status = 'returned')) as counts
       from payout_batch_lines l join withdrawals w on w.id = l.withdrawal_id
      where l.batch_id = b.id) c`;

interface Filter {
  readonly limit: number;
  readonly cursor?: string;
  readonly currency?: string;
}

/** A page of batches, the newest first; ids grow with time. */
export async function batchesOf(db: Database, { limit, cursor, currency }: Filter, formats: Formats) {
  const [before] = decodeCursor(cursor, Id) ?? [null];
  const { rows } = await db.raw(
    `${BATCH}
      where (:before::uuid is null or b.id < :before) and (:currency::text is null or b.currency = :currency)
      order by b.id desc limit :limit`,
    { before, currency: currency ?? null, limit: limit + 1 },
  );
  return listPage(
    rows as Row[],
    limit,
    (row) => batch(row, formats),
    ({ id }) => [id],
  );
}

const batch = (row: Row, formats: Formats): PayoutBatch => ({
  ...{ id: row.id, status: statusOf(row.counts), provider: row.provider },
  ...{ total: money(row.total, row.currency), count: row.count, counts: row.counts },
  ...{ formats: [...formats(row.debtor)], notes: row.notes, createdBy: row.createdBy },
  createdAt: row.createdAt.toISOString(),
});

async function rowOf(db: Database, id: string): Promise<Row> {
  const { rows } = await db.raw(`${BATCH} where b.id = ?`, [id]);
  const [row] = rows as Row[];
  if (row === undefined) throw notFound('payout batch');
  return row;
}

type Line = PayoutBatchWithLines['lines'][number];
type LineRow = Omit<Line, 'completedAt'> & {
  readonly bankAccount: MaskedBankAccount;
  readonly completedAt: Date | null;
};

/** One with its lines, in their order. Throws 404. */
export async function batchWithLines(
  db: Database,
  id: string,
  formats: Formats,
): Promise<PayoutBatchWithLines> {
  const row = await rowOf(db, id);
  const { rows } = await db.raw(LINES, [id]);
  const lines = (rows as LineRow[]).map((line) => ({
    ...line,
    completedAt: line.completedAt?.toISOString() ?? null,
  }));
  return { ...batch(row, formats), lines };
}

const LINES = `
  select l.n, w.id as "withdrawalId", w.teacher_id as "teacherId", w.amount, w.currency, w.status,
         w.bank_masked as "bankAccount", w.completed_at as "completedAt", w.failure_reason as "failureReason", w.version
    from payout_batch_lines l join withdrawals w on w.id = l.withdrawal_id
   where l.batch_id = ? order by l.n`;

interface SealedLine extends Pick<Withdrawal, 'id' | 'amount' | 'status'> {
  readonly sealed: string;
}

/**
 * A batch as its provider is given it, bank details opened: with `again` whatever became of its lines, so that it stays the same.
 * Else throws 409 where one has ended since the file was asked for.
 */
export async function orderOf(
  db: Database,
  id: string,
  { again, keys }: { again: boolean; keys: Keyring },
): Promise<Order> {
  const { createdAt, currency, total, debtor } = await rowOf(db, id);
  const { rows } = await db.raw<{ rows: SealedLine[] }>(SEALED, [id]);
  if (!again) mayBeTaken(rows);
  const payments = rows.map((row) => ({
    ...{ id: row.id, amount: row.amount, currency },
    to: unsealBankAccount(keys, row.sealed, row.id),
  }));
  return { id, createdAt, currency, total, debtor, payments };
}

const SEALED = `
  select w.id, w.amount, w.status, w.bank_sealed as sealed
    from payout_batch_lines l join withdrawals w on w.id = l.withdrawal_id
   where l.batch_id = ? order by l.n`;
