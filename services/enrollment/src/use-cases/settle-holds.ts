import type { DataOf, Envelope } from '@rollcall/contracts/event';
import {
  type holdCorrected,
  type holdDisputed,
  type holdRefunded,
  holdReleased,
  type holdUnderReview,
} from '@rollcall/contracts/events/settlement';
import type { holdPaid } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import { type Decision, endHold, freesSeat, type PurchaseStatus, statusAfter } from '../domain/purchase.js';
import { type HoldRow, lockHoldsOf, saveEnded, savePaid, saveStatuses, saveWaiting } from '../store/holds.js';
import { freeSeats, lockLimitedSessions } from '../store/purchases.js';

type Decided = Envelope<DataOf<typeof holdReleased | typeof holdRefunded | typeof holdCorrected>>;

/** Settlement's decisions about any number of holds. One about a purchase whose funds were not heard of to be held waits. */
export async function settleHolds(work: Work, decided: readonly Decided[]): Promise<Envelope[]> {
  const early = await endHolds(work, decided.map(toldBy));
  return decided.filter(({ data }) => early.has(data.holdId));
}

/** A decision about a hold, whichever event brings it. */
export interface Told {
  readonly decision: Decision;
  readonly purchaseId: string;
  readonly sessionId: string;
}

/**
 * Ends any number of holds in five statements: what became of each purchase follows from all of its holds; a correction
 * is a newer decision. Returns the holds, by id, that are not known to be held yet.
 */
export async function endHolds(work: Work, told: readonly Told[]): Promise<ReadonlySet<string>> {
  const freeing = told.filter(({ decision }) => freesSeat(decision));
  if (freeing.length > 0) {
    const sessions = [...new Set(freeing.map(({ sessionId }) => sessionId))];
    await lockLimitedSessions(work.tx, sessions);
  }
  const purchaseIds = [...new Set(told.map(({ purchaseId }) => purchaseId))];
  const holds = new Map((await lockHoldsOf(work.tx, purchaseIds)).map((hold) => [hold.id, hold]));
  const decisions = told.map(({ decision }) => decision);
  const early = new Set(decisions.map(({ holdId }) => holdId).filter((id) => isEarly(holds.get(id))));
  const ended = endAll(
    holds,
    decisions.filter(({ holdId }) => !early.has(holdId)),
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
function endAll(holds: Map<string, HoldRow>, decisions: readonly Decision[]): Ended[] {
  const ended = new Map<string, Ended>();
  for (const decision of decisions) {
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

function toldBy({ type, data }: Decided): Told {
  const { outcome, refund } =
    'to' in data
      ? data.to
      : {
          outcome: type === holdReleased.type ? ('released' as const) : ('refunded' as const),
          refund: data.refund,
        };
  const decision: Decision = {
    holdId: data.holdId,
    version: data.decisionVersion,
    outcome: outcome === 'refunded' ? 'refunded' : 'released',
    refund: refund.amount,
    reason: data.reason,
    seconds: data.attendance?.seconds ?? null,
  };
  return { decision, purchaseId: data.purchaseId, sessionId: data.sessionId };
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

/** A person will decide about these holds. Returns the events about holds not heard of yet. */
export const noteWaiting =
  (status: 'review' | 'disputed') =>
  async (
    work: Work,
    waiting: readonly Envelope<DataOf<typeof holdUnderReview | typeof holdDisputed>>[],
  ): Promise<Envelope[]> => {
    const known = await saveWaiting(
      work.tx,
      status,
      waiting.map(({ data }) => data.holdId),
    );
    return waiting.filter(({ data }) => !known.has(data.holdId));
  };
