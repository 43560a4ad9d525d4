/** What the publisher of the ledger's stream reads and marks, on the connection that holds the sealer's lock. */
import type { LedgerFacts } from '@rollcall/contracts/ledger';
import { GENESIS } from '@rollcall/contracts/ledger';
import type { Lead } from '@rollcall/kit/leader';
import { type FactRow, factsOf } from './facts.js';

type Query = Lead['query'];

/** A seal with its entry, as the stream carries it. */
export interface Sealed extends LedgerFacts {
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
  readonly sealedAt: string;
}

interface SealedRow extends Omit<FactRow, 'id'> {
  readonly mark: number;
  readonly seq: number | null;
  readonly id: string | null;
  readonly hash: string;
  readonly previousHash: string;
  readonly sealedAt: Date;
}

/** The mark, and the seals behind it in order. Throws where the entry of one is gone: nothing is published past a hole. */
export async function readUnpublished(
  query: Query,
  limit: number,
): Promise<{ readonly mark: number; readonly seals: readonly Sealed[] }> {
  const { rows } = await query<SealedRow>({
    name: 'stream-unpublished',
    text: `with mark as materialized (select seq from ledger_published),
           page as materialized (
             select * from seals where seq > (select seq from mark) order by seq limit $1
           )
           select mark.seq as mark, p.seq, encode(p.hash, 'hex') as hash, p.sealed_at as "sealedAt", e.*,
                  coalesce(lag(encode(p.hash, 'hex')) over (order by p.seq),
                           (select encode(hash, 'hex') from seals where seq = p.seq - 1), $2) as "previousHash"
             from mark
             left join page p on true
             left join ledger_entries(array(select entry_id from page)) e on e.id = p.entry_id
            order by p.seq`,
    values: [limit, GENESIS.hash],
  });
  const mark = rows[0]?.mark ?? 0;
  return { mark, seals: rows.flatMap((row) => (row.seq === null ? [] : [sealedOf(row, row.seq)])) };
}

function sealedOf(row: SealedRow, seq: number): Sealed {
  if (row.id === null) throw new Error(`the entry of seal ${seq} is gone: rollcall ledger verify`);
  const { previousHash, hash, sealedAt } = row;
  const facts = factsOf({ ...row, id: row.id });
  return { seq, ...facts, previousHash, hash, sealedAt: sealedAt.toISOString() };
}

/** Moves the mark from where the batch began; false when another publisher or an operator has moved it meanwhile. */
export async function markPublished(
  query: Query,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<boolean> {
  const { rowCount } = await query({
    name: 'stream-mark',
    text: 'update ledger_published set seq = $2 where seq = $1',
    values: [from, to],
  });
  return rowCount === 1;
}
