import type { DataOf, EventType } from '@rollcall/contracts/event';
import type { userRegistered } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import type { Account } from '../store/accounts.js';

/** Says what the account is now, whole: a hearer keeps the newest version and needs no other. */
export function announce(work: Work, type: EventType<DataOf<typeof userRegistered>>, account: Account): void {
  const { id: userId, name: displayName, email, locale, timeZone, referrerId, version } = account;
  const roles = [...account.roles];
  work.emit(type, { userId, roles, displayName, email, locale, timeZone, referrerId, version }, { version });
}
