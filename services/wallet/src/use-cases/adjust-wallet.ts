import type { Work } from '@rollcall/kit/work';
import { type Adjustment, accountsToAdjust, postAdjustment } from '../domain/adjust.js';
import { byHand } from './by-hand.js';

/**
 * Moves money by hand. Returns the transaction the user sees of it; a credit also repays a debt, by rows of its own.
 * Throws 404 for a user not heard of, 409 for a debit of more than there is.
 */
export async function adjustWallet(work: Work, adjustment: Adjustment): Promise<{ transactionId: string }> {
  const { userId, direction, reason, actorId } = adjustment;
  const accounts = accountsToAdjust(adjustment);
  const deed = { userId, reason, actorId, accounts, action: `wallet.${direction}` };
  const { book, entryId } = await byHand(work, deed, (open, entry) =>
    postAdjustment(open, adjustment, entry),
  );
  const seen = book.journal.transactions.find((row) => row.entryId === entryId);
  if (seen === undefined) throw new Error(`adjustment ${entryId} left no transaction`);
  return { transactionId: seen.id };
}
