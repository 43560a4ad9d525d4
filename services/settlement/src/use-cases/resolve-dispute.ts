import { conflict, notFound } from '@rollcall/kit/errors';
import { checkMatch } from '@rollcall/kit/etag';
import type { Work } from '@rollcall/kit/work';
import { differs } from '../domain/correct.js';
import { standingOf } from '../store/decisions.js';
import { disputeToResolve, sessionOfDispute } from '../store/disputes.js';
import { lockSessions } from '../store/sessions.js';
import { type AnyHold, hasEnded, holdToDecide } from '../store/to-judge.js';
import { disputeTag } from '../tags.js';
import { correctHold, type Decided, decisionBy, endHold } from './end-by-hand.js';
import { type ByAdmin, sayByHand } from './say-by-hand.js';
import { settleDispute } from './settle-dispute.js';

export interface Resolving extends ByAdmin {
  readonly disputeId: string;
  /** For the teacher's side, with at most two decimals. */
  readonly teacherPercent: number;
  readonly ifMatch: string | undefined;
}

/**
 * Decides about a disputed hold as an admin says. One that has not ended ends so; of one that has, the difference is moved,
 * and nothing where it had come to the same. Throws 404; 412 when he decided by another state; 409 when the dispute is
 * resolved, when the terms are not known yet, or while what is to be corrected has not been paid.
 */
export async function resolveDispute(work: Work, asked: Resolving): Promise<{ disputeId: string }> {
  const hold = await disputedHold(work, asked);
  const by = { actor: asked.admin, notes: asked.reason };
  const decided = { hold, decision: await decisionBy(work, hold, asked.teacherPercent), by };
  const isNew = await takeEffect(work, decided);
  await settleDispute(work, { ...decided, version: hold.decisionVersion + (isNew ? 1 : 0) });
  sayByHand(work, asked, { action: 'dispute.resolve', target: asked.disputeId });
  return { disputeId: asked.disputeId };
}

/** Returns whether a decision was written for it. */
async function takeEffect(work: Work, decided: Decided): Promise<boolean> {
  const { hold, decision } = decided;
  if (!hasEnded(hold)) {
    await endHold(work, decided);
    return true;
  }
  if (!differs(await standingOf(work.tx, hold), decision)) return false;
  await correctHold(work, decided);
  return true;
}

/** The hold of an open dispute, its session locked. */
async function disputedHold(work: Work, { disputeId, ifMatch }: Resolving): Promise<AnyHold> {
  const sessionId = await sessionOfDispute(work.tx, disputeId);
  if (sessionId === undefined) throw notFound('dispute');
  await lockSessions(work.tx, [sessionId]);
  const dispute = await disputeToResolve(work.tx, disputeId);
  const hold = dispute && (await holdToDecide(work.tx, dispute.holdId));
  if (dispute === undefined || hold === undefined) throw notFound('dispute');
  checkMatch(ifMatch, disputeTag({ ...dispute, decisionVersion: hold.decisionVersion }));
  if (dispute.status !== 'open')
    throw conflict('dispute-resolved', 'This dispute is resolved already. See the hold for what stands.');
  return hold;
}
