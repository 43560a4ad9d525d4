import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { lessonDeclined, lessonReserved } from '@rollcall/contracts/events/billing';
import type { purchaseRequested } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { type Quota, quotaOf, reserve, type Shelf, whyDeclined } from '../domain/lesson.js';
import { monthAt } from '../domain/quota-month.js';
import {
  type Answer,
  addBookings,
  answersOf,
  type Booking,
  lockSubscriptionsOf,
  quotaOfMonth,
  type Subscription,
  saveQuotas,
} from '../store/lessons.js';

type Requested = Envelope<DataOf<typeof purchaseRequested>>;

/**
 * Reserves the lessons of purchases by subscription, each purchase all or none, in arrival order. One that was answered
 * before, here or in an earlier batch, gets that answer again. Source: domain.md, 'Billing' and 'Four conversations'.
 */
export async function reserveLessons(work: Work, events: readonly Requested[]): Promise<void> {
  const mine = events.filter(({ data }) => data.fundedBy === 'subscription'); // the others are the wallet's alone
  if (mine.length === 0) return;
  const asked = new Map(mine.map(({ data }) => [data.purchaseId, data]));
  const students = [...new Set(mine.map(({ data }) => data.studentId))];
  const subscriptions = await lockSubscriptionsOf(work.tx, students, work.now);
  const answers = await answersOf(work.tx, [...asked.keys()]);
  const shelves = new Map<string, Shelf>();
  const fresh: Booking[] = [];
  for (const data of asked.values()) {
    if (answers.has(data.purchaseId)) continue;
    const subscription = subscriptions.find(({ userId }) => userId === data.studentId);
    const answer = answerTo(data, subscription, subscription && (await shelfOf(work, subscription, shelves)));
    const holds = data.holds.map(({ holdId, amount }) => ({ holdId, amount: amount.amount }));
    fresh.push({ ...data, holds, answer });
    answers.set(data.purchaseId, answer);
  }
  const changed = [...shelves.values()].flatMap(({ quotas }) => [...quotas.values()]);
  if (changed.length > 0) await saveQuotas(work.tx, changed);
  addBookings(work, fresh);
  for (const event of mine) say(work, answers.get(event.data.purchaseId), event);
}

/** The current month of a subscription, read or made once a batch. */
async function shelfOf(
  { tx, now }: Work,
  subscription: Subscription,
  known: Map<string, Shelf>,
): Promise<Shelf> {
  const before = known.get(subscription.id);
  if (before !== undefined) return before;
  const quota = await currentQuota(tx, subscription, now);
  const quotas = new Map(quota && [[quota.startsAt.getTime(), quota]]);
  const shelf: Shelf = { quotas, current: quota?.startsAt ?? null };
  known.set(subscription.id, shelf);
  return shelf;
}

/** The quota of the month that now lies in; undefined where none is paid for. The subscription must be locked. */
export async function currentQuota(
  tx: Work['tx'],
  subscription: Subscription,
  now: Date,
): Promise<Quota | undefined> {
  const month = subscription.period && monthAt(subscription.period, now);
  return month ? quotaOfMonth(tx, subscription, month) : undefined;
}

function answerTo(
  { holds, total }: Requested['data'],
  subscription: Subscription | undefined,
  shelf: Shelf | undefined,
): Answer {
  const quota = shelf?.current ? quotaOf(shelf, shelf.current) : undefined;
  const wanted = { currency: total.currency, amounts: holds.map(({ amount }) => amount.amount) };
  const reason = whyDeclined(wanted, subscription, quota);
  if (reason !== undefined) return { reserved: null, reason };
  if (shelf === undefined || quota === undefined) throw new Error('lessons are reserved in a month there is');
  reserve(shelf, quota.startsAt, holds.length);
  const { subscriptionId, startsAt: month, period } = quota;
  return { reserved: { subscriptionId, month, period } };
}

/** Says a purchase's answer, the first time or again: the same words each time. */
function say(work: Work, answer: Answer | undefined, because: Requested): void {
  if (answer === undefined) throw new Error(`the purchase of event ${because.id} was left without an answer`);
  const { purchaseId, requestedAt, kind, studentId, teacherId, courseId, holds, total } = because.data;
  if (answer.reserved === null) {
    work.emit(lessonDeclined, { purchaseId, studentId, reason: answer.reason }, { because });
    return;
  }
  const { subscriptionId, period } = answer.reserved;
  work.emit(
    lessonReserved,
    {
      ...{ purchaseId, requestedAt, kind, studentId, teacherId, courseId, holds, total },
      ...{ subscriptionId, period: period.toISOString() },
    },
    { because },
  );
}
