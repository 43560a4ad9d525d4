/** The calls that begin, renew and end a session; its refresh token stays in a cookie no script reads. */
import {
  changePassword,
  login,
  logout,
  logoutEverywhere,
  refresh,
  register,
  Session as SignedIn,
} from '@rollcall/contracts/api/identity';
import { type CallInput, createClient } from '@rollcall/contracts/client';
import { current, type Grant } from './store.js';

const Granted = SignedIn.omit({ refreshToken: true });

const client = createClient({
  baseUrl: '',
  token: () => {
    const session = current();
    return session.status === 'in' ? session.accessToken : undefined;
  },
  // keepalive: a renewal that a reload cut off would leave the cookie with a token that is spent.
  fetch: (url, init) => {
    const headers = { ...(init?.headers as Record<string, string>), 'x-session': 'cookie' };
    return fetch(url, { ...init, headers, keepalive: true });
  },
});

type Beginning = typeof login | typeof register | typeof refresh | typeof changePassword;

async function granted<R extends Beginning>(route: R, input: CallInput<R>): Promise<Grant> {
  const response = await client.open(route, input, 'application/json');
  return Granted.parse(await response.json());
}

/** The gateway puts the cookie's token in the place of any other. */
const FROM_COOKIE = { refreshToken: 'cookie' };

export const callLogin = (body: CallInput<typeof login>['body']) => granted(login, { body });
export const callRegister = (body: CallInput<typeof register>['body']) => granted(register, { body });
export const callChangePassword = (body: CallInput<typeof changePassword>['body']) =>
  granted(changePassword, { body });
/** Throws ProblemError 401 when the session is over. */
export const callRefresh = () => granted(refresh, { body: FROM_COOKIE });
export const callLogout = () => client.call(logout, { body: FROM_COOKIE });
export const callLogoutEverywhere = () => client.call(logoutEverywhere);
