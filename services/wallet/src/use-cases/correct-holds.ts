import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { holdCorrected } from '@rollcall/contracts/events/settlement';
import { holdPaid } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import {
  accountsToCorrect,
  backToSubscription,
  type Correction,
  correctionOf,
  postCorrection,
} from '../domain/correct.js';
import type { Decided, Hold } from '../domain/end.js';
import { openBook } from '../domain/ledger.js';
import { moveLesson } from '../domain/lesson-money.js';
import { lockAccounts } from '../store/accounts.js';
import { claimCorrections, correctionKey, holdsById, type Kept, standingsOf } from '../store/holds.js';
import { addLessonMoney, lockLessons } from '../store/subscriptions.js';
import { keptAs, paidBy } from './paid.js';
import { record } from './record.js';

type Corrected = Envelope<DataOf<typeof holdCorrected>>;

/**
 * Shares out ended holds anew, each correction by one entry. A correction is made once: its claim is (hold, decision), and
 * one asked again says again what the first one moved. Returns the events that came before what they correct.
 */
export async function correctHolds(work: Work, events: readonly Corrected[]): Promise<readonly Envelope[]> {
  const ids = [...new Set(events.map(({ data }) => data.holdId))];
  const holds = await holdsById(work.tx, ids);
  const standings = byDecision(await standingsOf(work.tx, ids));

  const corrections = correctionsOf(events, holds, standings, work.now);
  const claimed = await claimCorrections(work.tx, corrections, work.now);
  const fresh = corrections.filter(({ to }) =>
    claimed.has(correctionKey(to.hold.id, to.decided.decisionVersion)),
  );
  // A rival made the others while we looked: theirs is the entry.
  if (fresh.length < corrections.length)
    for (const [key, kept] of byDecision(await standingsOf(work.tx, ids))) standings.set(key, kept);

  const book = openBook(await lockAccounts(work.tx, fresh.flatMap(accountsToCorrect)), newId);
  const till = await lockLessons(
    work.tx,
    fresh.filter((one) => backToSubscription(one) !== 0).map(({ to }) => to.hold.id),
  );
  for (const correction of fresh) {
    const { hold, entryId } = correction.to;
    const amount = backToSubscription(correction);
    postCorrection(book, correction, moveLesson(till, hold.id, { amount, entryId }));
  }
  record(work, book, (entryId) =>
    events.find(({ data }) => standings.get(keyOfDecision(data))?.entryId === entryId),
  );
  addLessonMoney(work, till);

  const early: Envelope[] = [];
  for (const event of events) {
    const hold = holds.get(event.data.holdId);
    const kept = standings.get(keyOfDecision(event.data));
    if (hold === undefined || kept === undefined) early.push(event);
    else work.emit(holdPaid, paidBy(hold, kept), { because: event });
  }
  return early;
}

const keyOfDecision = ({ holdId, decisionVersion }: Corrected['data']): string =>
  correctionKey(holdId, decisionVersion);

const byDecision = (kept: readonly Kept[]) =>
  new Map(kept.map((one) => [correctionKey(one.holdId, one.decisionVersion), one]));

/** Those that follow what is there, oldest decision first, so that two of one hold in one batch follow each other. */
function correctionsOf(
  events: readonly Corrected[],
  holds: ReadonlyMap<string, Hold>,
  standings: Map<string, Kept>,
  now: Date,
): Correction[] {
  const corrections: Correction[] = [];
  for (const { data } of [...events].sort((a, b) => a.data.decisionVersion - b.data.decisionVersion)) {
    const { holdId, decisionVersion } = data;
    const hold = holds.get(holdId);
    const from = standings.get(correctionKey(holdId, decisionVersion - 1));
    const key = keyOfDecision(data);
    if (hold === undefined || from === undefined || standings.has(key)) continue;
    const [expected, decided] = [decidedBy(data, data.from), decidedBy(data, data.to)];
    const correction = correctionOf(hold, from, { expected, decided, entryId: newId() });
    standings.set(key, keptAs(correction.to, now));
    corrections.push(correction);
  }
  return corrections;
}

function decidedBy(data: Corrected['data'], shares: Corrected['data']['from']): Decided {
  const { currency } = data.amount;
  for (const share of [shares.teacher, shares.commission, shares.referral, shares.refund])
    if (share.currency !== currency)
      throw new Error(`the correction of hold ${data.holdId} mixes currencies`);
  return {
    holdId: data.holdId,
    decisionVersion: shares.decisionVersion,
    currency,
    teacher: shares.teacher.amount,
    commission: shares.commission.amount,
    referral: shares.referral.amount,
    refund: shares.refund.amount,
    referrerId: data.referrerId,
    referralAccount: data.referralAccount,
    reason: data.reason,
    commissionRate: shares.commissionRate,
    attendance: data.attendance?.percentBasisPoints ?? null,
  };
}
