/** What the sealer reads and writes, all of it on the connection that holds its lock. */
import type { LedgerFacts, Tip } from '@rollcall/contracts/ledger';
import { GENESIS } from '@rollcall/contracts/ledger';
import type { Lead } from '@rollcall/kit/leader';
import { column } from './column.js';
import { type FactRow, factsOf } from './facts.js';

type Query = Lead['query'];

/** Where sealing goes on: the last seal, its time in milliseconds, and the last checkpoint. */
export interface Place extends Tip {
  readonly sealedAt: number;
  readonly checkpoint: number;
}

export async function readPlace(query: Query): Promise<Place> {
  const { rows } = await query<{ seq: number; hash: string; sealedAt: Date; checkpoint: number }>({
    text: `select seq, encode(hash, 'hex') as hash, sealed_at as "sealedAt",
                  coalesce((select max(seq) from seal_checkpoints), 0) as checkpoint
             from seals order by seq desc limit 1`,
  });
  const [last] = rows;
  return last === undefined
    ? { ...GENESIS, sealedAt: 0, checkpoint: 0 }
    : { ...last, sealedAt: last.sealedAt.getTime() };
}

/** Milliseconds that the oldest and the newest committed entry without a seal have waited; undefined while there is none. */
export async function readWaiting(query: Query): Promise<{ oldest: number; newest: number } | undefined> {
  const { rows } = await query<{ oldest: number | null; newest: number | null }>({
    name: 'seals-waiting',
    text: `select ${waited('asc')} as oldest, ${waited('desc')} as newest`,
  });
  const [{ oldest, newest } = { oldest: null, newest: null }] = rows;
  return oldest === null || newest === null ? undefined : { oldest, newest };
}

const waited = (order: 'asc' | 'desc') =>
  `(select (extract(epoch from clock_timestamp() - queued_at) * 1000)::float8
      from entries_unsealed order by entry_no ${order} limit 1)`;

export interface Unsealed {
  readonly entryNo: number;
  readonly entry: LedgerFacts;
}

/** Committed entries without a seal, by number: of two where one caused the other, never the effect without its cause. */
export async function readUnsealed(query: Query, limit: number): Promise<Unsealed[]> {
  const { rows } = await query<FactRow & { entryNo: number }>({
    name: 'seals-unsealed',
    text: `with next as materialized (
             select entry_no, entry_id from entries_unsealed order by entry_no limit $1
           )
           select next.entry_no as "entryNo", e.*
             from next join ledger_entries(array(select entry_id from next)) e on e.id = next.entry_id
            order by next.entry_no`,
    values: [limit],
  });
  return rows.map((row) => ({ entryNo: row.entryNo, entry: factsOf(row) }));
}

/** One statement: the seals of a batch and that it waits no more, or neither. Unique numbers refuse a second leader's. */
export async function addSeals(
  query: Query,
  seals: readonly (Tip & Pick<LedgerFacts, 'id'>)[],
  { sealedAt, entryNos }: { readonly sealedAt: Date; readonly entryNos: readonly number[] },
): Promise<void> {
  await query({
    name: 'seals-add',
    text: `with done as (delete from entries_unsealed where entry_no = any($1::bigint[]))
           insert into seals (seq, entry_id, hash, sealed_at)
           select s.seq, s.entry_id, decode(s.hash, 'hex'), $2
             from unnest($3::bigint[], $4::uuid[], $5::text[]) as s (seq, entry_id, hash)`,
    values: [
      column(entryNos, (no) => no),
      sealedAt,
      column(seals, ({ seq }) => seq),
      column(seals, ({ id }) => id),
      column(seals, ({ hash }) => hash),
    ],
  });
}

export async function addCheckpoint(query: Query, seq: number): Promise<void> {
  await query({
    name: 'seals-checkpoint',
    text: `insert into seal_checkpoints (seq, balances)
           select $1, coalesce(jsonb_agg(to_jsonb(b) order by b.account, b.currency), '[]') from sealed_balances($1) b`,
    values: [seq],
  });
}
