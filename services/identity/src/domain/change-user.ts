import type { Role } from '@rollcall/contracts/shapes';
import { conflict, unprocessable } from '@rollcall/kit/errors';

export interface UserState {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly status: 'active' | 'suspended';
  readonly referrerId: string | null;
}

/** What an admin asks for; what is not named stays. */
export interface Change {
  readonly roles?: readonly Role[];
  readonly status?: 'active' | 'suspended';
  readonly referrerId?: string;
}

/** One line of the audit trail: what was done, and from what to what where the action does not say it. */
export interface Act {
  readonly action: string;
  readonly what?: string;
}

/** The user after a change, and what it consists of; no acts when it changes nothing. Throws 409 and 422. */
export function changeUser<State extends UserState>(
  user: State,
  change: Change,
): { next: State; acts: Act[] } {
  const roles = change.roles ?? user.roles;
  const status = change.status ?? user.status;
  const referrerId = referrerAfter(user, change.referrerId);
  const acts: Act[] = [];
  if (names(roles) !== names(user.roles)) {
    acts.push({ action: 'identity.user.roles', what: `roles: ${names(user.roles)} → ${names(roles)}` });
  }
  if (status !== user.status) {
    acts.push({ action: status === 'suspended' ? 'identity.user.suspend' : 'identity.user.reactivate' });
  }
  if (referrerId !== user.referrerId) {
    acts.push({ action: 'identity.user.referrer', what: `referrer: ${referrerId}` });
  }
  return { next: { ...user, roles, status, referrerId }, acts };
}

const names = (roles: readonly Role[]): string => [...roles].sort().join(', ');

/** Holds were placed under the referrer of their day, so one that is named stays. */
function referrerAfter({ id, referrerId }: UserState, wanted: string | undefined): string | null {
  if (wanted === undefined || wanted === referrerId) return referrerId;
  if (referrerId !== null)
    throw conflict(
      'referrer-set',
      'This user has a referrer already, and it is not changed. Leave referrerId out.',
    );
  if (wanted === id) throw noReferrer('must be somebody else');
  return wanted;
}

export const noReferrer = (message: string) =>
  unprocessable('no-referrer', 'Name the id of a user who was not referred through this one.', [
    { path: 'referrerId', message },
  ]);

export const isActiveAdmin = ({ roles, status }: Pick<UserState, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin');

/** Throws 409 where a change would leave nobody who could undo it. */
export function keepAnAdmin(before: UserState, after: UserState, otherAdmins: number): void {
  if (otherAdmins > 0 || !isActiveAdmin(before) || isActiveAdmin(after)) return;
  throw conflict('last-admin', 'This is the last active admin. Make another user an admin first.');
}
