import type { DataOf, EventType } from '@rollcall/contracts/event';
import { type userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import type { Account } from '../store/accounts.js';

/** Says what the account is now, whole: a hearer keeps the newest version and needs no other. */
export function announce(work: Work, type: EventType<DataOf<typeof userRegistered>>, account: Account): void {
  const { id: userId, name: displayName, email, locale, timeZone, referrerId, version } = account;
  const roles = [...account.roles];
  work.emit(type, { userId, roles, displayName, email, locale, timeZone, referrerId, version }, { version });
}

/** The type says whether the account may be used, so each change of a suspended one says again that it may not. */
export const announceChange = (work: Work, account: Account): void =>
  announce(work, account.status === 'suspended' ? userSuspended : userUpdated, account);
