import { walletAudited } from '@rollcall/contracts/events/wallet';
import { notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type Adjustment, accountsToAdjust, postAdjustment } from '../domain/adjust.js';
import { openBook } from '../domain/ledger.js';
import { lockAccounts } from '../store/accounts.js';
import { addJournal } from '../store/ledger.js';
import { isKnownUser } from '../store/users.js';

/**
 * Moves money by hand, with who and why on the entry and in the audit trail. Returns the transaction the user sees.
 * Throws 404 for a user not heard of, 409 for a debit of more than there is.
 */
export async function adjustWallet(work: Work, adjustment: Adjustment): Promise<{ transactionId: string }> {
  if (!(await isKnownUser(work.tx, adjustment.userId))) throw notFound('user');
  const book = openBook(await lockAccounts(work.tx, accountsToAdjust(adjustment)), newId);
  const auditId = newId();

  postAdjustment(book, adjustment, { id: newId(), referenceType: 'adjustment', referenceId: auditId });

  addJournal(work, book.journal);
  const { direction, userId, actorId, reason } = adjustment;
  const action = `wallet.${direction}`;
  work.emit(walletAudited, {
    auditId,
    actor: actorId,
    action,
    target: userId,
    reason,
    at: work.now.toISOString(),
  });
  const [seen] = book.journal.transactions;
  if (seen === undefined) throw new Error(`adjustment ${auditId} left no transaction`);
  return { transactionId: seen.id };
}
