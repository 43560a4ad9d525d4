/** What a bank's word makes of a dispute. Source: domain.md, 'Billing'. */
import type { DisputeFact } from './facts.js';

export type DisputeStatus = 'open' | 'won' | 'lost';

/**
 * How it is closed by what was heard; undefined: that is no news. What was lost may be won after all, on appeal; what is won
 * is the last word, so that a loss heard late takes no money a second time.
 */
export function outcomeOf(before: DisputeStatus, heard: DisputeFact['state']): 'won' | 'lost' | undefined {
  if (heard === 'won') return before === 'won' ? undefined : 'won';
  return heard === 'lost' && before === 'open' ? 'lost' : undefined;
}
