import type { Envelope } from '@rollcall/contracts/event';
import type { Work } from '@rollcall/kit/work';
import { addKnownUsers } from '../store/users.js';

/**
 * All the wallet keeps of users is that they are there, so the order of what is heard about them does not matter.
 * Their accounts are made when money first comes: a row for each user who never buys would only be scanned past.
 */
export const rememberUsers = (work: Work, events: readonly Envelope<{ userId: string }>[]): Promise<void> =>
  addKnownUsers(
    work.tx,
    events.map(({ data }) => data.userId),
    work.now,
  );
