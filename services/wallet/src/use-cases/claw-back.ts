import type { Work } from '@rollcall/kit/work';
import { accountsToClawBack, type Clawback, postClawback } from '../domain/claw-back.js';
import { byHand } from './by-hand.js';

/**
 * Takes back of a teacher's earnings; what is not there becomes debt, which every later credit repays. Returns the entry.
 * Throws 404 for a user not heard of.
 */
export const clawBack = (work: Work, clawback: Clawback): Promise<{ entryId: string }> =>
  byHand(
    work,
    { ...clawback, action: 'wallet.clawback', accounts: accountsToClawBack(clawback) },
    (book, entry) => postClawback(book, clawback, entry),
  );
