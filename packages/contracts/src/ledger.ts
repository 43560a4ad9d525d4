/**
 * The sealed ledger's chain: which bytes of an entry its hash is taken over, and how a run of seals is checked. Whoever
 * checks it brings SHA-256 along. Source: docs/ledger.md, where the bytes are specified for third parties.
 */

export interface LedgerTransfer {
  /** `escrow`, or of a user `credits:<user>`. */
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly currency: string;
}

/** What is sealed of an entry. */
export interface LedgerFacts {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  /** `hold:<id>` */
  readonly reference: string;
  readonly actorId: string | null;
  readonly description: string | null;
  readonly transfers: readonly LedgerTransfer[];
}

/** The last seal before a run: its number and hash, in hexadecimal. */
export interface Tip {
  readonly seq: number;
  readonly hash: string;
}

/** Where the chain begins. */
export const GENESIS: Tip = { seq: 0, hash: '0'.repeat(64) };

/** What seal `seq` is the SHA-256 of, as UTF-8. Only the last line, the description, may hold line ends of its own. */
export function canonicalOf(previousHash: string, seq: number, entry: LedgerFacts): string {
  const { id, type, at, reference, actorId, transfers, description } = entry;
  const moved = transfers.map(({ from, to, amount, currency }) => `${from} ${to} ${amount} ${currency}`);
  const head = [
    'rollcall.ledger.1',
    previousHash,
    seq,
    id,
    type,
    at,
    reference,
    actorId ?? '-',
    moved.length,
  ];
  return [...head, ...moved, description ?? ''].join('\n');
}

/** A seal as it is stored, with its entry as it is now: null where it is gone. */
export interface Seal extends Tip {
  readonly entry: LedgerFacts | null;
}

export interface Fault {
  readonly seq: number;
  readonly reason: string;
}

/** The first seal after `tip` that is missing or no longer fits its entry; undefined where all of them fit. */
export function faultAmong(
  tip: Tip,
  seals: readonly Seal[],
  sha256: (text: string) => string,
): Fault | undefined {
  let { seq, hash } = tip;
  for (const seal of seals) {
    seq += 1;
    if (seal.seq !== seq) return { seq, reason: 'there is no seal of this number' };
    if (seal.entry === null) return { seq, reason: 'its entry is gone' };
    if (sha256(canonicalOf(hash, seq, seal.entry)) !== seal.hash)
      return { seq, reason: 'its hash does not fit its entry and the seal before it' };
    hash = seal.hash;
  }
  return undefined;
}
