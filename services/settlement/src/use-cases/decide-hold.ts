import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { decideByHand } from '../domain/by-hand.js';
import { type Evidence, evidenceOf } from '../domain/decide.js';
import { recordDecisions } from '../store/decisions.js';
import { sessionOf } from '../store/holds.js';
import { lockSessions } from '../store/sessions.js';
import { type AnyHold, holdToDecide, isFrozen } from '../store/to-judge.js';
import { holdTag } from '../tags.js';
import { type ByAdmin, sayByHand } from './say-by-hand.js';
import { endedBy, sayEnded } from './say-ended.js';
import { saySettled } from './say-settled.js';
import { factsOf, seenIn } from './seen.js';

export interface ByHand extends ByAdmin {
  readonly holdId: string;
  readonly what: 'release' | 'refund' | 'split';
  /** For the teacher's side, with at most two decimals. */
  readonly teacherPercent: number;
  readonly ifMatch: string | undefined;
}

/**
 * Ends an open hold as an admin says, with his words. Throws 404; 412 when he decided by another state of it; 409 when it
 * has ended, or when money is to be released by terms that are not known yet.
 */
export async function decideHold(work: Work, asked: ByHand): Promise<{ holdId: string }> {
  const sessionId = await sessionOf(work.tx, asked.holdId);
  if (sessionId === undefined) throw notFound('hold');
  await lockSessions(work.tx, [sessionId]);
  const hold = await holdToDecide(work.tx, asked.holdId);
  if (hold === undefined) throw notFound('hold');
  checkMatch(asked.ifMatch, holdTag({ ...hold, isPaid: hold.paidAt !== null }));
  const share = Math.round(asked.teacherPercent * 100);
  checkOpen(hold, share);

  const terms = isFrozen(hold) ? hold : null;
  const decision = decideByHand(hold, share, { terms, evidence: await evidenceFor(work, hold) });
  const by = { actor: asked.admin, notes: asked.reason };
  await recordDecisions(work.tx, [{ hold, decision, by }], work.now);
  sayEnded(work, endedBy(hold, decision, work.now));
  await saySettled(work, [sessionId]);
  sayByHand(work, asked, { action: `hold.${asked.what}`, target: hold.id });
  return { holdId: hold.id };
}

function checkOpen({ status, ...hold }: AnyHold, share: number): void {
  if (status === 'released' || status === 'refunded' || status === 'split')
    throw conflict(
      'hold-ended',
      `This hold is ${status} already. If newer attendance says otherwise, apply its review under /admin/reviews.`,
    );
  if (share > 0 && hold.commissionRate === null)
    throw conflict(
      'terms-not-known',
      'The commission of this hold depends on a user nobody has heard of yet. Refund it, or come again later.',
    );
}

/** What was seen of the student when the admin decided; nothing before the session is over. */
async function evidenceFor(work: Work, hold: AnyHold): Promise<Evidence | null> {
  if (!hold.completed) return null;
  const seen = await seenIn(work, [hold]);
  return evidenceOf(hold, factsOf(hold, seen.get(hold.sessionId) ?? new Map()));
}
