import type { DataOf, Envelope } from '@rollcall/contracts/event';
import { type userRegistered, userSuspended } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import { type Contact, upsertContacts } from '../store/contacts.js';

type User = DataOf<typeof userRegistered>;

/** Registered, updated and suspended each carry the whole account, and any may come first: the highest version wins. */
export async function knowContacts(work: Work, events: readonly Envelope<User>[]): Promise<void> {
  const newest = new Map<string, Contact>();
  for (const { type, data } of events) {
    if ((newest.get(data.userId)?.version ?? -1) < data.version)
      newest.set(data.userId, { ...data, suspended: type === userSuspended.type });
  }
  await upsertContacts(work.tx, [...newest.values()]);
}
