import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { holdCorrected, holdRefunded, holdReleased } from '@rollcall/contracts/events/settlement';
import type { fundsDeclined } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import { type Lesson, type Outcome, type Shelf, settle } from '../domain/lesson.js';
import {
  type LessonRow,
  lessonsOf,
  lockSubscriptions,
  quotasOf,
  type Subscription,
  saveLessons,
  saveQuotas,
  type Wanted,
} from '../store/lessons.js';
import { currentQuota } from './reserve-lessons.js';

/** What settlement says of holds, those of credits among them. */
export const decisions = [holdReleased, holdRefunded, holdCorrected] as const;
type Decided = Envelope<DataOf<(typeof decisions)[number]>>;

/**
 * A lesson is used when its hold is released, also in part, and back in the quota when all of it is refunded; corrections
 * count. A hold nobody here knows is not by subscription: a lesson is known before its hold is placed.
 */
export async function settleLessons(work: Work, events: readonly Decided[]): Promise<void> {
  const outcomes = new Map<string, Outcome>();
  for (const { type, data } of events) {
    const outcome: Outcome = {
      status: isBack(type, data) ? 'returned' : 'used',
      version: data.decisionVersion,
    };
    const before = outcomes.get(data.holdId);
    if (before === undefined || before.version < outcome.version) outcomes.set(data.holdId, outcome);
  }
  await settleAll(work, { holdIds: [...outcomes.keys()], purchaseIds: [] }, ({ holdId }) =>
    outcomes.get(holdId),
  );
}

const isBack = (type: string, data: Decided['data']): boolean =>
  'to' in data ? data.to.outcome === 'refunded' : type === holdRefunded.type;

/**
 * Purchases that the wallet will not hold, their lessons back in the quota. One that is not known here leaves no trace: if it
 * is by subscription and asked for late, the wallet declines it once more, after its lessons were reserved.
 */
export async function returnDeclined(
  work: Work,
  events: readonly Envelope<DataOf<typeof fundsDeclined>>[],
): Promise<void> {
  const purchaseIds = [...new Set(events.map(({ data }) => data.purchaseId))];
  await settleAll(work, { holdIds: [], purchaseIds }, () => ({ status: 'returned', version: 0 }));
}

async function settleAll(
  work: Work,
  wanted: Wanted,
  outcomeOf: (lesson: LessonRow) => Outcome | undefined,
): Promise<void> {
  const { tx, now } = work;
  const seen = await lessonsOf(tx, wanted);
  if (seen.length === 0) return;
  const locked = await lockSubscriptions(
    tx,
    [...new Set(seen.map(({ subscriptionId }) => subscriptionId))],
    now,
  );
  const late = new Set(
    seen.filter(({ monthEndsAt }) => monthEndsAt <= now).map((lesson) => lesson.subscriptionId),
  );
  const currents = new Map<string, Date | null>();
  for (const one of locked)
    currents.set(one.id, late.has(one.id) ? ((await currentQuota(tx, one, now))?.startsAt ?? null) : null);

  const lessons = await lessonsOf(tx, wanted); // as they are behind the locks
  const changed: Lesson[] = [];
  for (const { id } of locked) {
    const own = lessons.filter(({ subscriptionId }) => subscriptionId === id);
    const shelf = await shelfWith(tx, { id, current: currents.get(id) ?? null }, own);
    for (const lesson of own) {
      const outcome = outcomeOf(lesson);
      const settled = outcome === undefined ? lesson : settle(shelf, lesson, outcome, now);
      if (settled !== lesson) changed.push(settled);
    }
    await saveQuotas(tx, [...shelf.quotas.values()]);
  }
  if (changed.length > 0) await saveLessons(tx, changed);
}

/** The months that these lessons may be counted in, and the current one where a lesson's own is over. */
async function shelfWith(
  tx: Work['tx'],
  { id, current }: Pick<Subscription, 'id'> & { readonly current: Date | null },
  lessons: readonly Lesson[],
): Promise<Shelf> {
  const months = lessons.flatMap(({ month, returnedTo }) => [
    month,
    ...(returnedTo === null ? [] : [returnedTo]),
  ]);
  const quotas = await quotasOf(tx, id, [...months, ...(current === null ? [] : [current])]);
  return { quotas: new Map(quotas.map((quota) => [quota.startsAt.getTime(), quota])), current };
}
