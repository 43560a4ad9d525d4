import { walletAudited } from '@rollcall/contracts/events/wallet';
import { checkMatch, etag } from '@rollcall/kit/etag';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { openBook } from '../domain/ledger.js';
import { accountsToWithdraw, postStep, refuseWhileOwing, type Step, stepFrom } from '../domain/withdrawal.js';
import { manual } from '../payouts/manual.js';
import { lockAccounts } from '../store/accounts.js';
import { lockWithdrawal, noteAttempt, type StoredWithdrawal, stepWithdrawal } from '../store/withdrawals.js';
import { record } from './record.js';
import { sayWithdrawal } from './say-withdrawal.js';

interface Asked {
  readonly withdrawalId: string;
  readonly step: Step;
  readonly actorId: string;
  readonly ifMatch: string | undefined;
  readonly reason?: string;
  readonly notes?: string;
  readonly fourEyes: boolean;
  /** Who moves the money; a person, where nobody is named. */
  readonly provider?: string;
}

/**
 * Takes a withdrawal one step on, and its money with it. A teacher cancels his own, an admin does the rest and stands in
 * the audit trail. Of two at once the second finds the state the first left. Throws 404; 412 when decided by another
 * state; 409 where the state forbids the step; 403 where the person may not take it.
 */
export async function takeStep(work: Work, asked: Asked): Promise<{ withdrawalId: string }> {
  const { withdrawalId: id, step, actorId, reason = null, notes = null } = asked;
  const found = await lockWithdrawal(work.tx, id, step === 'cancel' ? actorId : undefined);
  checkMatch(asked.ifMatch, etag(found.version));
  const { status, moves } = stepFrom(found, step, { ...asked, now: work.now });

  const entryId = await move(work, found, { step, actorId, entryId: moves ? newId() : null });

  const stepped = { id, status, entryId, actorId, reason, notes, provider: asked.provider ?? manual.name };
  await stepWithdrawal(work.tx, stepped, work.now);
  await noteAttempt(work.tx, stepped, work.now);
  sayWithdrawal(work, { ...found, status, version: found.version + 1, reason });
  if (step !== 'cancel') audit(work, asked);
  return { withdrawalId: id };
}

interface Moving {
  readonly step: Step;
  readonly actorId: string;
  readonly entryId: string | null;
}

async function move(work: Work, found: StoredWithdrawal, { step, actorId, entryId }: Moving) {
  // What has not left for the bank yet does not leave while its teacher owes; what has, is only said to have arrived.
  const leaves =
    step === 'approve' || (found.status === 'approved' && ['process', 'complete'].includes(step));
  if (entryId === null && !leaves) return null;
  const book = openBook(await lockAccounts(work.tx, accountsToWithdraw(found)), newId);
  if (leaves) refuseWhileOwing(book, found);
  if (entryId !== null) postStep(book, found, { step, entryId, actorId });
  record(work, book);
  return entryId;
}

function audit(work: Work, { withdrawalId, step, actorId, reason, notes }: Asked): void {
  work.emit(walletAudited, {
    ...{ auditId: newId(), actor: actorId, action: `wallet.withdrawal.${step}`, target: withdrawalId },
    reason: reason ?? notes ?? 'No reason was given',
    at: work.now.toISOString(),
  });
}
