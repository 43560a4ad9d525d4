import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { type userRegistered, userSuspended } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import { type Person, upsertPeople } from '../store/people.js';

/** Registered, updated and suspended each carry the whole account, and any may come first: the highest version wins. */
export async function knowPeople(
  work: Work,
  events: readonly Envelope<DataOf<typeof userRegistered>>[],
): Promise<void> {
  const newest = new Map<string, Person>();
  for (const { type, data } of events) {
    if ((newest.get(data.userId)?.version ?? -1) < data.version)
      newest.set(data.userId, { ...data, suspended: type === userSuspended.type });
  }
  await upsertPeople(work.tx, [...newest.values()]);
}
