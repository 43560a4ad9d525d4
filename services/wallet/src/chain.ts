/** Hashing as the ledger's chain does it. */
import { createHash } from 'node:crypto';
import { canonicalOf, type LedgerFacts, type Tip } from '@rollcall/contracts/ledger';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The seals that chain these entries, in this order, to what was sealed before. */
export function chain(tip: Tip, entries: readonly LedgerFacts[]): (Tip & { entryId: string })[] {
  let { seq, hash } = tip;
  return entries.map((entry) => {
    seq += 1;
    hash = sha256(canonicalOf(hash, seq, entry));
    return { seq, hash, entryId: entry.id };
  });
}
