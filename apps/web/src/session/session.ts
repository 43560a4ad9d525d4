/** Signing in and out, for every tab of the browser at once. */
import type { Role } from '@rollcall/contracts/shapes';
import { useSyncExternalStore } from 'react';
import { callChangePassword, callLogin, callLogout, callLogoutEverywhere, callRegister } from './calls.js';
import { freshSession } from './renewal.js';
import { become, begun, current, type Grant, type Session, subscribe } from './store.js';
import { onTold, tell } from './tabs.js';

onTold(({ session }) => become(session));

const begin = (grant: Grant): Grant['user'] => {
  change(begun(grant));
  return grant.user;
};

function change(session: Session): void {
  become(session);
  tell({ kind: 'session', session });
}

export const signIn = async (body: Parameters<typeof callLogin>[0]) => begin(await callLogin(body));
export const openAccount = async (body: Parameters<typeof callRegister>[0]) =>
  begin(await callRegister(body));
export async function setPassword(body: Parameters<typeof callChangePassword>[0]): Promise<void> {
  await freshSession();
  begin(await callChangePassword(body));
}

/** Signed out here even when nobody answers: whoever leaves the computer must be able to. */
export async function signOut(): Promise<void> {
  await callLogout().catch(() => undefined);
  change({ status: 'out' });
}

/** Throws when it was not done: elsewhere one would still be signed in. */
export async function signOutEverywhere(): Promise<void> {
  await freshSession();
  await callLogoutEverywhere();
  await signOut();
}

/** The token for the next call; undefined when nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  const session = await freshSession();
  return session.status === 'in' ? session.accessToken : undefined;
}

/** The API refused the token: the next call asks for another. */
export function tokenWasRefused(token: string | undefined): void {
  const session = current();
  if (session.status === 'in' && session.accessToken === token) become({ ...session, expiresAt: 0 });
}

/** The own account was changed: the page shows it at once. */
export function userChanged(user: Grant['user']): void {
  const session = current();
  if (session.status === 'in') change({ ...session, user });
}

export const useSession = (): Session => useSyncExternalStore(subscribe, current);

export function useUser(): Grant['user'] | undefined {
  const session = useSession();
  return session.status === 'in' ? session.user : undefined;
}

export const useHasRole = (role: Role): boolean => useUser()?.roles.includes(role) ?? false;
