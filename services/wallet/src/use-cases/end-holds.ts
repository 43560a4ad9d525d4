import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { holdReleased } from '@rollcall/contracts/events/settlement';
import { holdPaid } from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { accountsToEnd, type Decided, type Ending, endingOf, type Hold, postEnding } from '../domain/end.js';
import { openBook } from '../domain/ledger.js';
import { lockAccounts } from '../store/accounts.js';
import { claimEndings, type Ended, endingsOf, holdsById } from '../store/holds.js';
import { addJournal } from '../store/ledger.js';

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
  for (const ending of fresh) postEnding(book, ending);
  await addJournal(work.tx, book.journal, work.now);

  const ended = new Map([
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

const keptAs = ({ hold, entryId, decided }: Ending, endedAt: Date): Ended => ({
  holdId: hold.id,
  entryId,
  teacher: decided.teacher,
  commission: decided.commission,
  referral: decided.referral,
  refund: decided.refund,
  endedAt,
});

function paidBy(hold: Hold, ended: Ended | undefined) {
  if (ended === undefined) throw new Error(`hold ${hold.id} was left without an ending`);
  const { id: holdId, purchaseId, sessionId, studentId, teacherId, currency } = hold;
  return {
    ...{ holdId, purchaseId, sessionId, studentId, teacherId },
    teacher: money(ended.teacher, currency),
    commission: money(ended.commission, currency),
    referral: money(ended.referral, currency),
    refund: money(ended.refund, currency),
    entryId: ended.entryId,
    paidAt: ended.endedAt.toISOString(),
  };
}
