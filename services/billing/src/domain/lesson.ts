/**
 * Lessons by subscription and the months they are counted in. A shelf holds the quotas of one subscription, its row locked,
 * with what was decided so far: three lessons are booked three times, not four. Source: domain.md, 'Billing'.
 */
import type { DataOf } from '@rollcall/contracts/event';
import type { lessonDeclined } from '@rollcall/contracts/events/billing';

export interface Quota {
  readonly subscriptionId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** The start of the paid period it belongs to. */
  readonly period: Date;
  /** What the month allows, and what came back to it from months that were over. */
  readonly lessons: number;
  readonly added: number;
  readonly reserved: number;
  readonly used: number;
}

export interface Lesson {
  readonly holdId: string;
  readonly subscriptionId: string;
  /** The start of the month it is counted in. */
  readonly month: Date;
  readonly status: 'reserved' | 'used' | 'returned' | 'forgiven';
  /** The month that has it back; null while there is none: the next one that begins takes it. */
  readonly returnedTo: Date | null;
  /** Settlement's, the newest heard of; 0: none yet. */
  readonly decisionVersion: number;
}

export interface Shelf {
  /** By the time of their start. */
  readonly quotas: Map<number, Quota>;
  /** The start of the month that lessons are booked in now; null where none is paid for. */
  readonly current: Date | null;
}

export const remainingOf = ({ lessons, added, reserved, used }: Quota): number =>
  lessons + added - reserved - used;

/** A subscription as its row says. */
export interface Terms {
  readonly id: string;
  readonly status: 'pending' | 'refused' | 'trialing' | 'active' | 'past_due' | 'cancelled' | 'expired';
  readonly lessonsPerMonth: number;
  readonly maxLessonPrice: number;
  readonly currency: string;
  readonly cancelAtPeriodEnd: boolean;
}

export interface Asked {
  readonly currency: string;
  /** The price of each lesson. */
  readonly amounts: readonly number[];
}

export type Declined = DataOf<typeof lessonDeclined>['reason'];

/** Why these lessons cannot be had by this subscription; undefined when they can, all of them. */
export function whyDeclined(
  { currency, amounts }: Asked,
  terms: Terms | undefined,
  quota: Quota | undefined,
): Declined | undefined {
  if (terms === undefined) return 'no-subscription';
  if (terms.status === 'past_due') return 'subscription-past-due';
  if (terms.status !== 'active' && terms.status !== 'trialing') return 'no-subscription';
  // The period is over: the next one is about to be paid, or there will be none.
  if (quota === undefined) return terms.cancelAtPeriodEnd ? 'no-subscription' : 'subscription-past-due';
  if (currency !== terms.currency) return 'other-currency';
  if (amounts.some((amount) => amount > terms.maxLessonPrice)) return 'lesson-too-dear';
  return amounts.length > remainingOf(quota) ? 'quota-used-up' : undefined;
}

export const reserve = (shelf: Shelf, month: Date, lessons: number): void =>
  count(shelf, month, { reserved: lessons });

/** What settlement decided of a lesson's hold; version 0: the wallet never held it. */
export interface Outcome {
  readonly status: 'used' | 'returned';
  readonly version: number;
}

/** The lesson after that, its months counted anew. The newest decision stands, whatever is said late of an older one. */
export function settle(shelf: Shelf, lesson: Lesson, { status, version }: Outcome, now: Date): Lesson {
  const isNews = version > lesson.decisionVersion || (version === 0 && lesson.status === 'reserved');
  if (!isNews) return lesson;
  const told = { ...lesson, decisionVersion: version };
  const isBack = lesson.status === 'returned' || lesson.status === 'forgiven';
  if (status === 'returned') return isBack ? backAgain(shelf, told) : giveBack(shelf, told, now);
  if (lesson.status === 'returned') return takeBack(shelf, told);
  if (lesson.status === 'reserved') {
    count(shelf, lesson.month, { reserved: -1, used: 1 });
    return { ...told, status: 'used' };
  }
  return told;
}

/** To its own month while that lasts, else to the current one. */
function giveBack(shelf: Shelf, lesson: Lesson, now: Date): Lesson {
  count(shelf, lesson.month, lesson.status === 'used' ? { used: -1 } : { reserved: -1 });
  const isOver = quotaOf(shelf, lesson.month).endsAt <= now;
  const returnedTo = isOver ? shelf.current : lesson.month;
  if (returnedTo !== null && isOver) count(shelf, returnedTo, { added: 1 });
  return { ...lesson, status: 'returned', returnedTo };
}

/** It was forgiven, or is back already: it stays with the month that has it, or comes to the current one now. */
function backAgain(shelf: Shelf, lesson: Lesson): Lesson {
  const returnedTo = lesson.returnedTo ?? shelf.current;
  if (lesson.returnedTo === null && returnedTo !== null) count(shelf, returnedTo, { added: 1 });
  return { ...lesson, status: 'returned', returnedTo };
}

/** Where it has been booked again it is not taken from anybody: the platform bears it, as it bears the money. */
function takeBack(shelf: Shelf, lesson: Lesson): Lesson {
  const { month, returnedTo } = lesson;
  const isElsewhere = returnedTo !== null && returnedTo.getTime() !== month.getTime();
  const hasRoom = [month, ...(isElsewhere ? [returnedTo] : [])].every(
    (one) => remainingOf(quotaOf(shelf, one)) > 0,
  );
  if (!hasRoom) return { ...lesson, status: 'forgiven' };
  if (isElsewhere) count(shelf, returnedTo, { added: -1 });
  count(shelf, month, { used: 1 });
  return { ...lesson, status: 'used', returnedTo: null };
}

export function quotaOf({ quotas }: Shelf, month: Date): Quota {
  const quota = quotas.get(month.getTime());
  if (quota === undefined) throw new Error(`the quota of ${month.toISOString()} was not read`);
  return quota;
}

function count(shelf: Shelf, month: Date, change: Partial<Pick<Quota, 'added' | 'reserved' | 'used'>>): void {
  const quota = quotaOf(shelf, month);
  const { added = 0, reserved = 0, used = 0 } = change;
  const counted = {
    added: quota.added + added,
    reserved: quota.reserved + reserved,
    used: quota.used + used,
  };
  shelf.quotas.set(month.getTime(), { ...quota, ...counted });
}
