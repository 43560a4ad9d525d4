import type { Envelope } from '@rollcall/contracts/event';
import { userSuspended } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import { addKnownUsers, type KnownUser } from '../store/users.js';

/**
 * All the wallet keeps of users is that they are there, and whether they are suspended, by the newest version of it.
 * Their accounts are made when money first comes: a row for each user who never buys would only be scanned past.
 */
export function rememberUsers(
  work: Work,
  events: readonly Envelope<{ userId: string; version: number }>[],
): Promise<void> {
  const newest = new Map<string, KnownUser>();
  for (const { type, data } of events) {
    const { userId: id, version } = data;
    if ((newest.get(id)?.version ?? -1) < version)
      newest.set(id, { id, version, suspended: type === userSuspended.type });
  }
  return addKnownUsers(work.tx, [...newest.values()], work.now);
}
