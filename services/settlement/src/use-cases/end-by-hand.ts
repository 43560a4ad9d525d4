/** How an admin's decision takes effect, by whichever door it came: one way to end a hold, one to correct what has ended. */
import { conflict } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import { decideByHand } from '../domain/by-hand.js';
import { type Ending, type Evidence, evidenceOf } from '../domain/decide.js';
import { type By, recordDecisions, standingOf } from '../store/decisions.js';
import { supersedeReviews } from '../store/reviews.js';
import { type AnyHold, isFrozen } from '../store/to-judge.js';
import { endedBy, sayEnded } from './say-ended.js';
import { saySettled } from './say-settled.js';
import { factsOf, seenIn } from './seen.js';

/**
 * What a hold comes to when `teacherPercent` of it, with at most two decimals, is the teacher's side. Throws 409 when money
 * is to be released by terms that are not known yet.
 */
export async function decisionBy(work: Work, hold: AnyHold, teacherPercent: number): Promise<Ending> {
  const share = Math.round(teacherPercent * 100);
  const terms = isFrozen(hold) ? hold : null;
  if (share > 0 && terms === null)
    throw conflict(
      'terms-not-known',
      'The commission of this hold depends on a user nobody has heard of yet. Refund it, or come again later.',
    );
  return decideByHand(hold, share, { terms, evidence: await evidenceFor(work, hold) });
}

/** What was seen of the student when the admin decided; nothing before the session is over. */
async function evidenceFor(work: Work, hold: AnyHold): Promise<Evidence | null> {
  if (!hold.completed) return null;
  const seen = await seenIn(work, [hold]);
  return evidenceOf(hold, factsOf(hold, seen.get(hold.sessionId) ?? new Map()));
}

export interface Decided {
  readonly hold: AnyHold;
  readonly decision: Ending;
  readonly by: By;
}

/** Ends an open hold. Its session is locked. */
export async function endHold(work: Work, { hold, decision, by }: Decided): Promise<void> {
  await recordDecisions(work.tx, [{ hold, decision, by }], work.now);
  sayEnded(work, endedBy(hold, decision, work.now));
  await saySettled(work, [hold.sessionId]);
}

/**
 * Corrects an ended hold: decision n + 1, which the wallet turns into a compensating entry. Its session is locked. Throws
 * 409 while the wallet has not yet paid what is to be corrected. A review of what stood until now is superseded.
 */
export async function correctHold(work: Work, { hold, decision, by }: Decided): Promise<void> {
  if (hold.paidAt === null)
    throw conflict(
      'hold-not-paid',
      'The decision that this would correct has not been paid yet. Ask again in a moment.',
      { retryAfter: 5 },
    );
  const before = await standingOf(work.tx, hold);
  await recordDecisions(work.tx, [{ hold, decision, by, corrects: true }], work.now);
  await supersedeReviews(work.tx, [hold.id], { now: work.now });
  sayEnded(work, endedBy(hold, decision, work.now, before));
  await saySettled(work, [hold.sessionId]);
}
