import type { Work } from '@rollcall/kit/work';
import { accountsToWriteOff, postWriteOff, type WriteOff } from '../domain/claw-back.js';
import { byHand } from './by-hand.js';

/**
 * Gives up what a user owes, all of it or an amount. Returns the entry. Throws 404 for a user not heard of, 409 where
 * nothing is owed, or less.
 */
export const writeOffDebt = (work: Work, writeOff: WriteOff): Promise<{ entryId: string }> =>
  byHand(
    work,
    { ...writeOff, action: 'wallet.write-off', accounts: accountsToWriteOff(writeOff) },
    (book, entry) => postWriteOff(book, writeOff, entry),
  );
