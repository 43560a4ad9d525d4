import type { DataOf, Envelope } from '@rollcall/contracts/event';
import {
  type holdCorrected,
  type holdRefunded,
  holdReleased,
  type holdUnderReview,
} from '@rollcall/contracts/events/settlement';
import type { holdPaid } from '@rollcall/contracts/events/wallet';
import { type NotYet, notYet } from '@rollcall/kit/consumer';
import type { Work } from '@rollcall/kit/work';
import { type Decision, endHold, freesSeat, type PurchaseStatus, statusAfter } from '../domain/purchase.js';
import { type HoldRow, lockHoldsOf, saveEnded, savePaid, saveReview, saveStatuses } from '../store/holds.js';
import { freeSeats, lockLimitedSessions } from '../store/purchases.js';

type Decided = Envelope<DataOf<typeof holdReleased | typeof holdRefunded | typeof holdCorrected>>;

/**
 * Settlement's decisions about any number of holds in five statements: what became of each purchase follows from all
 * of its holds; a correction is a newer decision. A decision about a purchase whose funds were not heard of to be held waits for that.
 */
export async function settleHolds(work: Work, decided: readonly Decided[]): Promise<Envelope[]> {
  const freeing = decided.filter((event) => freesSeat(decisionOf(event)));
  if (freeing.length > 0) {
    const sessions = [...new Set(freeing.map(({ data }) => data.sessionId))];
    await lockLimitedSessions(work.tx, sessions);
  }
  const purchaseIds = [...new Set(decided.map(({ data }) => data.purchaseId))];
  const holds = new Map((await lockHoldsOf(work.tx, purchaseIds)).map((hold) => [hold.id, hold]));
  const early = decided.filter(({ data }) => isEarly(holds.get(data.holdId)));
  const ended = endAll(
    holds,
    decided.filter((event) => !early.includes(event)),
  );
  if (ended.length > 0) {
    await saveEnded(work.tx, ended);
    await saveStatuses(work.tx, statusesOf(holds, ended), work.now);
    await freeSeats(
      work.tx,
      ended.filter(({ frees }) => frees).map(({ hold }) => seatOf(hold)),
    );
  }
  return early;
}

interface Ended {
  readonly hold: HoldRow;
  readonly refund: number;
  readonly frees: boolean;
}

/** Ends the holds in arrival order, in memory, each once; what changes nothing is left out. */
function endAll(holds: Map<string, HoldRow>, decided: readonly Decided[]): Ended[] {
  const ended = new Map<string, Ended>();
  for (const event of decided) {
    const decision = decisionOf(event);
    const before = holds.get(decision.holdId);
    if (before === undefined) continue;
    const hold = endHold(before, decision);
    if (hold === before) continue;
    holds.set(hold.id, hold);
    const frees = freesSeat(decision) || ended.get(hold.id)?.frees === true;
    ended.set(hold.id, { hold, refund: decision.refund, frees });
  }
  return [...ended.values()];
}

function statusesOf(
  holds: ReadonlyMap<string, HoldRow>,
  ended: readonly Ended[],
): Map<string, PurchaseStatus> {
  const byPurchase = new Map<string, HoldRow[]>(ended.map(({ hold }) => [hold.purchase_id, []]));
  for (const hold of holds.values()) byPurchase.get(hold.purchase_id)?.push(hold);
  const kindOf = ([first]: HoldRow[]) => first?.kind ?? 'session';
  return new Map([...byPurchase].map(([id, all]) => [id, statusAfter(kindOf(all), all)]));
}

/** A refused purchase has nothing to settle: that settlement says otherwise is for a person to look at. */
function isEarly(hold: HoldRow | undefined): boolean {
  if (hold?.purchase_status === 'declined' || hold?.purchase_status === 'expired')
    throw new Error(`hold ${hold.id} was decided, but its purchase is ${hold.purchase_status}`);
  return hold === undefined || hold.purchase_status === 'pending';
}

const seatOf = (hold: HoldRow) => ({ purchaseId: hold.purchase_id, sessionId: hold.session_id });

function decisionOf({ type, data }: Decided): Decision {
  const { outcome, refund } =
    'to' in data
      ? data.to
      : {
          outcome: type === holdReleased.type ? ('released' as const) : ('refunded' as const),
          refund: data.refund,
        };
  return {
    holdId: data.holdId,
    version: data.decisionVersion,
    outcome: outcome === 'refunded' ? 'refunded' : 'released',
    refund: refund.amount,
    reason: data.reason,
    seconds: data.attendance?.seconds ?? null,
  };
}

/** The wallet has moved the money of these holds. It may be heard before the decision that sent it. */
export async function notePaid(
  work: Work,
  paid: readonly Envelope<DataOf<typeof holdPaid>>[],
): Promise<Envelope[]> {
  const rows = paid.map(({ data }) => ({
    holdId: data.holdId,
    version: data.decisionVersion ?? 1, // an older release of the wallet does not say, and corrects nothing
    refund: data.refund.amount,
    paidAt: data.paidAt,
  }));
  const newest = new Map(rows.sort((a, b) => a.version - b.version).map((row) => [row.holdId, row]));
  const known = await savePaid(work.tx, [...newest.values()]);
  return paid.filter(({ data }) => !known.has(data.holdId));
}

/** A person will decide about this hold. */
export async function noteReview(
  work: Work,
  { holdId }: DataOf<typeof holdUnderReview>,
): Promise<NotYet | undefined> {
  return (await saveReview(work.tx, holdId)) ? undefined : notYet('the hold is not known here');
}
