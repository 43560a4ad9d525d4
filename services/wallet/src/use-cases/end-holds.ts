import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { holdReleased } from '@rollcall/contracts/events/settlement';
import { holdPaid } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { accountsToEnd, type Decided, type Ending, endingOf, postEnding } from '../domain/end.js';
import { openBook } from '../domain/ledger.js';
import { moveLesson } from '../domain/lesson-money.js';
import { lockAccounts } from '../store/accounts.js';
import { claimEndings, endingsOf, holdsById, type Kept } from '../store/holds.js';
import { addLessonMoney, lockLessons } from '../store/subscriptions.js';
import { keptAs, paidBy } from './paid.js';
import { record } from './record.js';

type Settled = Envelope<DataOf<typeof holdReleased>>;

/**
 * Pays out settled holds, a whole micro-batch at once. A hold ends once: the claim of its ending is its primary key,
 * and an ending asked again says again what the first one paid. Returns the events whose holds are not placed yet.
 */
export async function endHolds(work: Work, events: readonly Settled[]): Promise<readonly Envelope[]> {
  const ids = [...new Set(events.map(({ data }) => data.holdId))];
  const holds = await holdsById(work.tx, ids);

  const endings = new Map<string, Ending>();
  for (const { data } of events) {
    const hold = holds.get(data.holdId);
    if (hold !== undefined && !endings.has(hold.id))
      endings.set(hold.id, endingOf(hold, decidedBy(data), newId()));
  }
  const claimed = await claimEndings(work.tx, [...endings.values()], work.now);
  const fresh = [...endings.values()].filter(({ hold }) => claimed.has(hold.id));
  const before = await endingsOf(
    work.tx,
    [...endings.keys()].filter((id) => !claimed.has(id)),
  );

  const book = openBook(await lockAccounts(work.tx, fresh.flatMap(accountsToEnd)), newId);
  const till = await lockLessons(
    work.tx,
    fresh.filter(({ toSubscription }) => toSubscription > 0).map(({ hold }) => hold.id),
  );
  for (const ending of fresh) {
    const { hold, toSubscription: amount, entryId } = ending;
    postEnding(book, ending, moveLesson(till, hold.id, { amount, entryId }));
  }
  record(work, book, (entryId) => events.find(({ data }) => endings.get(data.holdId)?.entryId === entryId));
  addLessonMoney(work, till);

  const ended = new Map<string, Kept>([
    ...before,
    ...fresh.map((ending) => [ending.hold.id, keptAs(ending, work.now)] as const),
  ]);
  const early: Envelope[] = [];
  for (const event of events) {
    const hold = holds.get(event.data.holdId);
    if (hold === undefined) early.push(event);
    else work.emit(holdPaid, paidBy(hold, ended.get(hold.id)), { because: event });
  }
  return early;
}

function decidedBy(data: Settled['data']): Decided {
  for (const { currency } of [data.teacher, data.commission, data.referral, data.refund]) {
    if (currency !== data.amount.currency)
      throw new Error(`the decision on hold ${data.holdId} mixes currencies`);
  }
  return {
    holdId: data.holdId,
    decisionVersion: data.decisionVersion,
    currency: data.amount.currency,
    teacher: data.teacher.amount,
    commission: data.commission.amount,
    referral: data.referral.amount,
    refund: data.refund.amount,
    referrerId: data.referrerId,
    referralAccount: data.referralAccount,
    reason: data.reason,
    commissionRate: data.commissionRate,
    attendance: data.attendance?.percentBasisPoints ?? null,
  };
}
