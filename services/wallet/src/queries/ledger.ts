/** SQL behind what finance reads of the sealed ledger. */
import {
  type LedgerEntry,
  MOST_VERIFIED,
  type readLedger,
  type Verification,
  type verifyLedger,
} from '@rollcall/contracts/api/finance';
import { type Fault, faultAmong, GENESIS, type Seal, type Tip } from '@rollcall/contracts/ledger';
import { money, toDecimal } from '@rollcall/contracts/money';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { type Csv, csv } from '@rollcall/kit/csv';
import type { Database } from '@rollcall/kit/database';
import { conflict, unprocessable } from '@rollcall/kit/errors';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { z } from 'zod';
import { sha256 } from '../chain.js';
import { type FactRow, factsOf } from '../store/facts.js';

/** Seals read at once where a range is gone through: about 1 MB of them. */
const PAGE = 1_000;

interface SealRow extends Omit<FactRow, 'id'> {
  readonly seq: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly sealedAt: Date;
  /** null where the entry is gone. */
  readonly id: string | null;
}

async function sealsAfter(db: Database, after: number, limit: number): Promise<SealRow[]> {
  const { rows } = await db.raw(SEALS, { after, limit, genesis: GENESIS.hash });
  return rows as SealRow[];
}

const SEALS = `
  with page as materialized (
    select * from seals where seq > :after order by seq limit :limit
  )
  select p.seq, encode(p.hash, 'hex') as hash, p.sealed_at as "sealedAt", e.*,
         coalesce(lag(encode(p.hash, 'hex')) over (order by p.seq),
                  (select encode(hash, 'hex') from seals where seq = p.seq - 1), :genesis) as "previousHash"
    from page p
    left join ledger_entries(array(select entry_id from page)) e on e.id = p.entry_id
   order by p.seq`;

/** The sealed ones of these entries, in the ledger's order. */
export async function sealedEntries(db: Database, entryIds: readonly string[]): Promise<LedgerEntry[]> {
  const { rows } = await db.raw(THESE_SEALS, { ids: [...entryIds], genesis: GENESIS.hash });
  return (rows as SealRow[]).map(ledgerEntry);
}

const THESE_SEALS = `
  select s.seq, encode(s.hash, 'hex') as hash, s.sealed_at as "sealedAt", e.*,
         coalesce((select encode(hash, 'hex') from seals where seq = s.seq - 1), :genesis) as "previousHash"
    from seals s
    left join ledger_entries(:ids::uuid[]) e on e.id = s.entry_id
   where s.entry_id = any(:ids::uuid[])
   order by s.seq`;

/** This list's cursor holds the last number. */
const Seq = z.coerce.number().int().nonnegative();

export async function ledgerPage(
  db: Database,
  { after, cursor, limit }: QueryOf<typeof readLedger>,
): Promise<AnswerOf<typeof readLedger>> {
  const [last] = decodeCursor(cursor, Seq) ?? [after];
  return listPage(await sealsAfter(db, Math.max(after, last), limit + 1), limit, ledgerEntry, ({ seq }) => [
    seq,
  ]);
}

/** An entry that is gone is for /finance/verify to tell; a list with a hole in it would be taken for the ledger. */
function ledgerEntry(row: SealRow): LedgerEntry {
  const { seq, hash, previousHash } = row;
  if (row.id === null)
    throw conflict('ledger-broken', `The entry of seal ${seq} is gone. GET /finance/verify says more.`);
  const facts = factsOf({ ...row, id: row.id });
  const times = { sealedAt: row.sealedAt.toISOString(), createdAt: facts.at };
  return { seq, ...facts, transfers: [...facts.transfers], previousHash, hash, ...times };
}

const COLUMNS = [
  ...['seq', 'id', 'type', 'at', 'reference', 'actorId', 'description'],
  ...['from', 'to', 'amount', 'currency', 'previousHash', 'hash', 'sealedAt'],
];

/** All of the ledger after `after`, a row a transfer, amounts in major units. */
export const ledgerCsv = (
  db: Database,
  { after, cursor }: Pick<QueryOf<typeof readLedger>, 'after' | 'cursor'>,
): Csv => csv('ledger', COLUMNS, ledgerRows(db, Math.max(after, decodeCursor(cursor, Seq)?.[0] ?? 0)));

async function* ledgerRows(db: Database, after: number) {
  const upTo = await lastSeal(db); // what is sealed meanwhile is for the next one
  for (let last = after; last < upTo; ) {
    const rows = await sealsAfter(db, last, Math.min(PAGE, upTo - last));
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows.map(ledgerEntry).flatMap(rowsOf);
    last = end.seq;
  }
}

function rowsOf(entry: LedgerEntry): (string | number | null)[][] {
  const { seq, id, type, at, reference, actorId, description, previousHash, hash, sealedAt } = entry;
  const moved = entry.transfers.map(({ from, to, amount, currency }) => [
    ...[from, to, toDecimal(money(amount, currency)), currency],
  ]);
  // An entry that moves nothing, a hold of 0, has its row too.
  return (moved.length > 0 ? moved : [[null, null, null, null]]).map((cells) => [
    ...[seq, id, type, at, reference, actorId, description, ...cells, previousHash, hash, sealedAt],
  ]);
}

/** Computes a range of the chain anew, from the entries as they are now. Throws 422 for a range that is none, or too long. */
export async function verificationOf(
  db: Database,
  { from, to }: QueryOf<typeof verifyLedger>,
): Promise<Verification> {
  if (to !== undefined && (to < from || to - from >= MOST_VERIFIED)) {
    throw unprocessable('bad-range', `Ask for 1 to ${MOST_VERIFIED} seals: \`to\` is not below \`from\`.`);
  }
  const last = await lastSeal(db);
  const end = to ?? Math.max(from - 1, Math.min(last, from + MOST_VERIFIED - 1));
  if (from > last + 1 || end > last) throw unprocessable('not-sealed', `The last seal is ${last}.`);
  const fault = await firstFault(db, from, end);
  return fault === undefined
    ? { valid: true, from, to: end, count: end - from + 1, firstBad: null, reason: null }
    : {
        valid: false,
        from,
        to: end,
        count: Math.max(0, fault.seq - from),
        firstBad: fault.seq,
        reason: fault.reason,
      };
}

async function firstFault(db: Database, from: number, end: number): Promise<Fault | undefined> {
  let tip = await tipBefore(db, from);
  if (tip === undefined) return missing(from - 1);
  while (tip.seq < end) {
    const seals: Seal[] = (await sealsAfter(db, tip.seq, Math.min(PAGE, end - tip.seq))).map(sealOf);
    const fault = faultAmong(tip, seals, sha256);
    const last = seals.at(-1);
    if (fault !== undefined || last === undefined) return fault ?? missing(tip.seq + 1);
    tip = last;
  }
  return undefined;
}

const missing = (seq: number): Fault => ({ seq, reason: 'there is no seal of this number' });

const sealOf = (row: SealRow): Seal => ({
  seq: row.seq,
  hash: row.hash,
  entry: row.id === null ? null : factsOf({ ...row, id: row.id }),
});

/** Entries that wait for their seal, and since when the first of them does, in seconds. */
export async function unsealedOf(db: Database): Promise<{ count: number; seconds: number }> {
  const { rows } = await db.raw(`
    select count(*) as count, coalesce(extract(epoch from clock_timestamp() - min(queued_at)), 0)::float8 as seconds
      from entries_unsealed`);
  return (rows as [{ count: number; seconds: number }])[0];
}

/** Seals that are not known to be on the stream. */
export async function unpublishedOf(db: Database): Promise<number> {
  const { rows } = await db.raw(
    'select coalesce((select max(seq) from seals), 0) - seq as count from ledger_published',
  );
  return (rows as [{ count: number }])[0].count;
}

async function lastSeal(db: Database): Promise<number> {
  const { rows } = await db.raw('select coalesce(max(seq), 0) as seq from seals');
  return (rows as [{ seq: number }])[0].seq;
}

async function tipBefore(db: Database, from: number): Promise<Tip | undefined> {
  if (from === 1) return GENESIS;
  const { rows } = await db.raw(`select seq, encode(hash, 'hex') as hash from seals where seq = ?`, [
    from - 1,
  ]);
  return (rows as Tip[])[0];
}
