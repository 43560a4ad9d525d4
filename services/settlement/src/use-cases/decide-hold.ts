import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { sessionOf } from '../store/holds.js';
import { lockSessions } from '../store/sessions.js';
import { hasEnded, holdToDecide } from '../store/to-judge.js';
import { holdTag } from '../tags.js';
import { decisionBy, endHold } from './end-by-hand.js';
import { type ByAdmin, sayByHand } from './say-by-hand.js';
import { settleDispute } from './settle-dispute.js';

export interface ByHand extends ByAdmin {
  readonly holdId: string;
  readonly what: 'release' | 'refund' | 'split';
  /** For the teacher's side, with at most two decimals. */
  readonly teacherPercent: number;
  readonly ifMatch: string | undefined;
}

/**
 * Ends an open hold as an admin says, with his words, and with it the dispute that kept it from ending. Throws 404; 412 when
 * he decided by another state of it; 409 when it has ended, or when money is to be released by terms that are not known yet.
 */
export async function decideHold(work: Work, asked: ByHand): Promise<{ holdId: string }> {
  const sessionId = await sessionOf(work.tx, asked.holdId);
  if (sessionId === undefined) throw notFound('hold');
  await lockSessions(work.tx, [sessionId]);
  const hold = await holdToDecide(work.tx, asked.holdId);
  if (hold === undefined) throw notFound('hold');
  checkMatch(asked.ifMatch, holdTag({ ...hold, isPaid: hold.paidAt !== null }));
  if (hasEnded(hold))
    throw conflict(
      'hold-ended',
      `This hold is ${hold.status} already. Apply its review under /admin/reviews or resolve its dispute under /admin/disputes, where there is one.`,
    );

  const decision = await decisionBy(work, hold, asked.teacherPercent);
  const by = { actor: asked.admin, notes: asked.reason };
  await endHold(work, { hold, decision, by });
  await settleDispute(work, { hold, decision, by, version: hold.decisionVersion + 1 });
  sayByHand(work, asked, { action: `hold.${asked.what}`, target: hold.id });
  return { holdId: hold.id };
}
