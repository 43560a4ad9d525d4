/**
 * Which money bears a lesson by subscription. A till holds subscriptions' money, their rows locked, with what was decided so
 * far: decisions read what the ones before them left. Source: domain.md, 'Money'; docs/decisions/0016.
 */
import { sum } from '@rollcall/contracts/money';
import type { AccountKey, Move } from './ledger.js';
import { escrow } from './place.js';

export interface Period {
  readonly startsAt: Date;
  /** What of it is still deferred, and once it is over, what was earned of it and has not gone back. */
  readonly rest: number;
  readonly earned: number;
  readonly isOpen: boolean;
}

/** The money of one subscription. */
export interface Purse {
  readonly subscriptionId: string;
  readonly currency: string;
  readonly isOver: boolean;
  /** By the time of their start. */
  readonly periods: Map<number, Period>;
}

/** What bears lessons: what periods were paid with, what the platform gives away, what it has earned. */
type Pot = 'subscription-deferred' | 'promotions' | 'revenue';
const POTS: readonly Pot[] = ['subscription-deferred', 'promotions', 'revenue'];

/** A part of a lesson's price and what bears it; below 0 where it goes back there. */
export interface Part {
  readonly pot: Pot;
  /** The start of the period whose money it is; null of the other pots. */
  readonly period: Date | null;
  /** Not 0. */
  readonly amount: number;
}

/** A hold by subscription: what bore it when it was placed, and what has moved since. */
export interface Lesson {
  readonly holdId: string;
  readonly subscriptionId: string;
  readonly period: Date;
  readonly placed: readonly Part[];
  readonly since: readonly Part[];
}

export interface Till {
  readonly purses: ReadonlyMap<string, Purse>;
  /** By hold. */
  readonly lessons: Map<string, Lesson>;
  /** What was decided, in order. */
  readonly decided: (Part & {
    readonly entryId: string;
    readonly holdId: string;
    readonly subscriptionId: string;
  })[];
}

/** Takes a lesson's price of its period, as far as that goes; the platform bears the rest. */
export function payLesson(
  till: Till,
  lesson: Pick<Lesson, 'holdId' | 'subscriptionId' | 'period'>,
  { price, entryId }: { readonly price: number; readonly entryId: string },
): Part[] {
  const there = Math.min(price, spendable(purseOf(till, lesson), lesson.period));
  const placed = nonZero([
    { pot: 'subscription-deferred', period: lesson.period, amount: there },
    { pot: 'promotions', period: null, amount: price - there },
  ]);
  return decide(till, { ...lesson, placed, since: [] }, { parts: placed, entryId });
}

/**
 * Gives so much of a lesson's price back, or takes it again where `amount` is below 0. Nothing for a hold by other money.
 * Throws for a lesson that was not read.
 */
export function moveLesson(
  till: Till,
  holdId: string,
  { amount, entryId }: { amount: number; entryId: string },
): Part[] {
  if (amount === 0) return [];
  const lesson = till.lessons.get(holdId);
  if (lesson === undefined) throw new Error(`the lesson of hold ${holdId} was not read`);
  const purse = purseOf(till, lesson);
  const parts = amount > 0 ? givenBack(purse, lesson, amount) : takenAgain(purse, lesson, -amount);
  return decide(till, { ...lesson, since: [...lesson.since, ...parts] }, { parts, entryId });
}

/**
 * What the student paid for goes back first: to its own period, or where that has ended to the one that runs, whose quota
 * has the lesson back as well; where none runs any more it is earned. What the platform bore goes back to the platform.
 */
function givenBack(purse: Purse, { period, placed, since }: Lesson, amount: number): Part[] {
  const paid = sum(
    [...placed, ...since].filter(({ pot }) => pot !== 'promotions').map((part) => part.amount),
  );
  const toStudent = Math.min(Math.max(paid, 0), amount);
  const home = isOpen(purse, period) ? period : newestOpen(purse);
  return nonZero([
    { pot: home === null ? 'revenue' : 'subscription-deferred', period: home, amount: -toStudent },
    { pot: 'promotions', period: null, amount: toStudent - amount },
  ]);
}

/**
 * Of the places that got it, the last one first. What was spent since, on a lesson booked in its place, or was earned at its
 * period's end, the platform bears.
 */
function takenAgain(purse: Purse, { since }: Lesson, amount: number): Part[] {
  let left = amount;
  const taken = placesOf(since).map(({ pot, period, amount: there }) => {
    const most = period === null ? there : Math.min(there, spendable(purse, period));
    const now = Math.min(left, most);
    left -= now;
    return { pot, period, amount: now };
  });
  return nonZero([...taken, { pot: 'promotions', period: null, amount: left }]);
}

/** What lies back in each place, above 0. */
function placesOf(since: readonly Part[]): Part[] {
  const places = new Map<string, Part>();
  for (const { pot, period, amount } of since) {
    const key = `${pot} ${period?.getTime()}`;
    places.set(key, { pot, period, amount: (places.get(key)?.amount ?? 0) - amount });
  }
  return [...places.values()].filter(({ amount }) => amount > 0).reverse();
}

const nonZero = (parts: readonly Part[]): Part[] => parts.filter(({ amount }) => amount !== 0);

function decide(till: Till, lesson: Lesson, { parts, entryId }: { parts: Part[]; entryId: string }): Part[] {
  const { holdId, subscriptionId } = lesson;
  const { periods } = purseOf(till, lesson);
  for (const part of parts) {
    const known = part.period && periods.get(part.period.getTime());
    if (known) periods.set(known.startsAt.getTime(), { ...known, rest: known.rest - part.amount });
    till.decided.push({ ...part, entryId, holdId, subscriptionId });
  }
  till.lessons.set(holdId, lesson);
  return parts;
}

function purseOf({ purses }: Till, { subscriptionId }: Pick<Lesson, 'subscriptionId'>): Purse {
  const purse = purses.get(subscriptionId);
  if (purse === undefined) throw new Error(`subscription ${subscriptionId} was not locked`);
  return purse;
}

const isOpen = ({ periods }: Purse, period: Date): boolean => periods.get(period.getTime())?.isOpen ?? false;
const spendable = (purse: Purse, period: Date): number =>
  isOpen(purse, period) ? (purse.periods.get(period.getTime())?.rest ?? 0) : 0;

function newestOpen({ periods }: Purse): Date | null {
  const open = [...periods.values()]
    .filter((period) => period.isOpen)
    .map(({ startsAt }) => startsAt.getTime());
  return open.length === 0 ? null : new Date(Math.max(...open));
}

/** The accounts that lessons of a currency touch beside people's. */
export const accountsOfLessons = (currency: string): AccountKey[] => [
  escrow(currency),
  ...POTS.map((kind) => ({ owner: null, kind, currency })),
];

/** A lesson's parts as moves between their pots and escrow. */
export const movesOfParts = (parts: readonly Part[], holdId: string, currency: string): Move[] =>
  parts.map(({ pot, amount }) => {
    const own: AccountKey = { owner: null, kind: pot, currency };
    return amount > 0
      ? { from: own, to: escrow(currency), amount, type: 'subscription_lesson', holdId }
      : { from: escrow(currency), to: own, amount: -amount, type: 'refund', holdId };
  });
