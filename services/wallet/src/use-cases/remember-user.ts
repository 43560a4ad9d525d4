import type { Work } from '@rollcall/kit/work';
import { addKnownUser } from '../store/users.js';

/**
 * All the wallet keeps of a user is that there is one, so the order of what is heard about him does not matter. His
 * accounts are made when money first comes: a row for each user who never buys would only be scanned past.
 */
export const rememberUser = (work: Work, { userId }: { readonly userId: string }): Promise<void> =>
  addKnownUser(work.tx, userId, work.now);
