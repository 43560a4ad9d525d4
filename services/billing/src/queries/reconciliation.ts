/** SQL behind what finance reads of reconciliation, and its gauges. */
import type {
  Reconciliation,
  ReconciliationDifference,
  readReconciliation,
} from '@rollcall/contracts/api/reconciliation';
import type { Money } from '@rollcall/contracts/money';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { decodeCursor, listPage } from '@rollcall/kit/page';

/** The last comparison of those asked for, with a page of what differs. */
export async function lastReconciliation(
  db: Database,
  { day, from, to, status, limit, cursor }: QueryOf<typeof readReconciliation>,
): Promise<AnswerOf<typeof readReconciliation>> {
  const [after] = decodeCursor(cursor, Id) ?? [null];
  const { rows } = await db.raw(LAST, {
    ...{ day: day ?? null, from: from ?? null, to: to ?? null },
    statuses: status === undefined ? null : [...status],
  });
  const row = (rows as RunRow[])[0];
  if (row === undefined) return { run: null, data: [], nextCursor: null };
  const found = await db('reconciliation_differences')
    .where({ reconciliation_id: row.id })
    .modify((query) => (after === null ? query : query.where('id', '>', after)))
    .orderBy('id')
    .limit(limit + 1);
  return { run: runOf(row), ...listPage(found as DifferenceRow[], limit, differenceOf, ({ id }) => [id]) };
}

const LAST = `
  select * from reconciliations
   where (cast(:day as date) is null or (from_at = (cast(:day as date)::timestamp at time zone 'UTC')
                                         and to_at = from_at + interval '24 hours'))
     and (cast(:from as timestamptz) is null or from_at >= :from)
     and (cast(:to as timestamptz) is null or to_at <= :to)
     and (cast(:statuses as text[]) is null or status = any(:statuses))
   order by to_at desc, id desc limit 1`;

export async function readRun(db: Database, id: string): Promise<Reconciliation> {
  return runOf(await db('reconciliations').where({ id }).first());
}

interface RunRow {
  readonly id: string;
  readonly from_at: Date;
  readonly to_at: Date;
  readonly status: Reconciliation['status'];
  readonly tries: number;
  readonly objects: number;
  readonly movements: number;
  readonly differences: number | null;
  readonly compared_at: Date | null;
  readonly failure: string | null;
  readonly due_at: Date | null;
  readonly asked_by: string | null;
  readonly asked_at: Date;
}

const runOf = (row: RunRow): Reconciliation => ({
  id: row.id,
  from: row.from_at.toISOString(),
  to: row.to_at.toISOString(),
  status: row.status,
  tries: row.tries,
  objects: row.objects,
  movements: row.movements,
  differenceCount: row.differences,
  comparedAt: row.compared_at?.toISOString() ?? null,
  failure: row.failure,
  dueAt: row.due_at?.toISOString() ?? null,
  askedBy: row.asked_by,
  createdAt: row.asked_at.toISOString(),
});

interface DifferenceRow {
  readonly id: string;
  readonly kind: ReconciliationDifference['kind'];
  readonly object: ReconciliationDifference['object'];
  readonly provider_ref: string | null;
  readonly reference: string | null;
  readonly there_amount: number | null;
  readonly there_currency: string | null;
  readonly here_amount: number | null;
  readonly here_currency: string | null;
  readonly at: Date;
}

const money = (amount: number | null, currency: string | null): Money | null =>
  amount === null || currency === null ? null : { amount, currency };

const differenceOf = (row: DifferenceRow): ReconciliationDifference => ({
  id: row.id,
  kind: row.kind,
  object: row.object,
  providerRef: row.provider_ref,
  reference: row.reference,
  there: money(row.there_amount, row.there_currency),
  here: money(row.here_amount, row.here_currency),
  createdAt: row.at.toISOString(),
});

export interface Standing {
  /** Each counted once, in however many periods it stands. */
  readonly open: number;
  readonly failed: number;
  /** Null: none was ever brought to its end, or nothing of the ledger was read. */
  readonly comparedAt: Date | null;
  readonly knownUntil: Date | null;
}

export async function reconciliationStanding(db: Database): Promise<Standing> {
  const { rows } = await db.raw(`
    select (select count(distinct (kind, provider_ref, reference))::integer from reconciliation_differences) as open,
           (select count(*)::integer from reconciliations where status = 'failed') as failed,
           (select max(compared_at) from reconciliations) as "comparedAt",
           (select known_until from ledger_place) as "knownUntil"`);
  return rows[0];
}
