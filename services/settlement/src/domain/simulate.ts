/** What settled holds would have come to under other rules: who gets more, and who less. Nothing is decided by it. */
import { decide, type Hold, type Parts, type SessionFacts } from './decide.js';
import type { Policy } from './policy.js';
import { freeze, type Parties, type User } from './terms.js';

/** A hold the rules have ended: what it was judged by, and what it came to. */
export interface Settled extends Hold, Parties {
  readonly facts: SessionFacts;
  readonly was: Parts;
}

export interface Simulation {
  readonly holds: number;
  readonly changed: number;
  /** The draft's terms wait for a user nobody has heard of. */
  readonly skipped: number;
  readonly totals: readonly { readonly currency: string; readonly was: Parts; readonly would: Parts }[];
  readonly teachers: readonly Difference[];
}

/** Of a teacher's own part of his holds in one currency, in minor units. */
interface Difference {
  readonly teacherId: string;
  readonly currency: string;
  readonly holds: number;
  readonly was: number;
  readonly would: number;
  readonly difference: number;
}

/** Teachers that are named at most, those first whom it makes the largest difference to. */
const MOST_NAMED = 100;

const NONE: Parts = { teacher: 0, commission: 0, referral: 0, refund: 0 };

/** Replays settled holds under a draft with what is known of their users now. */
export function simulate(
  draft: Policy,
  settled: readonly Settled[],
  known: ReadonlyMap<string, User>,
): Simulation {
  const replayed = settled.flatMap((hold) => {
    const would = partsUnder(draft, hold, known);
    return would === undefined ? [] : [{ hold, would }];
  });
  const changed = replayed.filter(({ hold: { was }, would }) =>
    (Object.keys(NONE) as (keyof Parts)[]).some((part) => was[part] !== would[part]),
  );
  return {
    holds: replayed.length,
    changed: changed.length,
    skipped: settled.length - replayed.length,
    totals: totalsOf(replayed),
    teachers: teachersOf(replayed),
  };
}

interface Replayed {
  readonly hold: Settled;
  readonly would: Parts;
}

/** What is in doubt under the draft stays as it is: a person would have decided. */
function partsUnder(draft: Policy, hold: Settled, known: ReadonlyMap<string, User>): Parts | undefined {
  const frozen = freeze(draft, hold, known);
  if ('waitsFor' in frozen) return undefined;
  const { version: policyVersion, preset, threshold, teacherMin } = draft;
  const decision = decide(hold, hold.facts, { ...frozen, policyVersion, preset, threshold, teacherMin });
  return decision.outcome === 'review' ? hold.was : decision;
}

function totalsOf(replayed: readonly Replayed[]): Simulation['totals'] {
  const byCurrency = new Map<string, { was: Parts; would: Parts }>();
  for (const { hold, would } of replayed) {
    const sum = byCurrency.get(hold.currency) ?? { was: NONE, would: NONE };
    byCurrency.set(hold.currency, { was: plus(sum.was, hold.was), would: plus(sum.would, would) });
  }
  return [...byCurrency]
    .map(([currency, sums]) => ({ currency, ...sums }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

const plus = (a: Parts, b: Parts): Parts => ({
  teacher: a.teacher + b.teacher,
  commission: a.commission + b.commission,
  referral: a.referral + b.referral,
  refund: a.refund + b.refund,
});

function teachersOf(replayed: readonly Replayed[]): Difference[] {
  const found = new Map<string, Difference>();
  for (const { hold, would } of replayed) {
    const { teacherId, currency } = hold;
    const key = `${teacherId} ${currency}`;
    const before = found.get(key) ?? { teacherId, currency, holds: 0, was: 0, would: 0, difference: 0 };
    found.set(key, {
      ...{ teacherId, currency, holds: before.holds + 1 },
      was: before.was + hold.was.teacher,
      would: before.would + would.teacher,
      difference: before.difference + would.teacher - hold.was.teacher,
    });
  }
  return [...found.values()]
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || (a.teacherId < b.teacherId ? -1 : 1))
    .slice(0, MOST_NAMED);
}
