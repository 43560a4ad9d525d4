/** An admin's decision about an open hold. Pure; what was seen is kept as evidence and does not decide. */
import { percent } from '@rollcall/contracts/money';
import { type Ending, type Evidence, type Hold, NOTHING, teachersSide } from './decide.js';
import * as explain from './explain.js';
import type { Terms } from './terms.js';

/**
 * Gives `share` basis points of the hold to the teacher's side, which pays the commission of the hold's terms, and the
 * rest back. The outcome says what became of the money: a share too small for one unit is a refund. `terms` null: not
 * known yet, which only a refund can do without.
 */
export function decideByHand(
  hold: Hold,
  share: number,
  { terms, evidence }: { terms: Terms | null; evidence: Evidence | null },
): Ending {
  const side = percent(hold.amount, share);
  const refund = hold.amount - side;
  const reason = 'admin';
  if (share === 0 || (side === 0 && refund > 0)) {
    const steps = [explain.byHand, explain.refund(hold)];
    return { outcome: 'refunded', reason, ...NOTHING, refund: hold.amount, evidence, steps };
  }
  if (terms === null) throw new Error('a hold is released by terms that are known');
  const parts = { ...teachersSide(side, terms), refund };
  const steps = [
    explain.byHand,
    ...(refund > 0 ? [explain.splitUp(hold, share, side)] : []),
    ...explain.release({ ...hold, amount: side }, terms, parts),
  ];
  const { commissionRate } = terms;
  return { outcome: refund > 0 ? 'split' : 'released', reason, ...parts, commissionRate, evidence, steps };
}
