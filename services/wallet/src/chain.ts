/** Hashing as the ledger's chain does it. */
import { createHash } from 'node:crypto';
import { canonicalOf, type LedgerFacts, type Tip } from '@rollcall/contracts/ledger';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** An entry with its place in the chain. */
export interface Chained extends LedgerFacts, Tip {
  readonly previousHash: string;
}

/** The seals that chain these entries, in this order, to what was sealed before. */
export function chain(tip: Tip, entries: readonly LedgerFacts[]): Chained[] {
  let { seq, hash } = tip;
  return entries.map((entry) => {
    const previousHash = hash;
    seq += 1;
    hash = sha256(canonicalOf(previousHash, seq, entry));
    return { seq, ...entry, previousHash, hash };
  });
}
