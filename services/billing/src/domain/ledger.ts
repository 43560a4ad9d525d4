/** What the ledger's stream says, as far as cards are concerned. */
import type { LedgerFacts, Tip } from '@rollcall/contracts/ledger';

/** An entry with its seal, as the stream carries it. */
export interface SealedEntry extends LedgerFacts, Tip {
  readonly sealedAt: string;
}

/** What an entry moved on card-clearing in one currency: above 0 where money came to us by card. */
export interface CardMovement {
  readonly seq: number;
  readonly currency: string;
  readonly entryId: string;
  readonly type: string;
  readonly reference: string;
  readonly amount: number;
  readonly at: string;
  readonly sealedAt: string;
}

const CLEARING = 'card-clearing';

/** None where it moved nothing there, or as much in as out. */
export function cardMovementsOf({
  seq,
  id,
  type,
  reference,
  at,
  sealedAt,
  transfers,
}: SealedEntry): CardMovement[] {
  const sums = new Map<string, number>();
  for (const { from, to, amount, currency } of transfers) {
    const moved = (from === CLEARING ? amount : 0) - (to === CLEARING ? amount : 0);
    sums.set(currency, (sums.get(currency) ?? 0) + moved);
  }
  return [...sums]
    .filter(([, amount]) => amount !== 0)
    .map(([currency, amount]) => ({ seq, currency, entryId: id, type, reference, amount, at, sealedAt }));
}

/**
 * Of entries as they came, those that are next after `tip` and fit it: repeats are dropped, and what is further on than the
 * next is left out, since a repeat may bring the missing one. `fault` says why there are no more of them where more came.
 */
export function nextEntries<Entry extends Tip>(
  tip: Tip,
  entries: readonly Entry[],
  misfit: (tip: Tip, entry: Entry) => string | undefined,
): { next: Entry[]; fault: string | undefined } {
  const next: Entry[] = [];
  let last: Tip = tip;
  let furthest = tip.seq;
  let bad: string | undefined;
  for (const entry of entries) {
    furthest = Math.max(furthest, entry.seq);
    if (entry.seq !== last.seq + 1) continue;
    bad = misfit(last, entry);
    if (bad !== undefined) continue;
    next.push(entry);
    last = entry;
  }
  if (bad !== undefined) return { next, fault: `seal ${last.seq + 1}: ${bad}` };
  return { next, fault: furthest > last.seq ? `seal ${last.seq + 1} has not come` : undefined };
}
