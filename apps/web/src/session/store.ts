/** Who is signed in, in this page's memory alone: no token is ever stored. */
import type { login } from '@rollcall/contracts/api/identity';
import type { AnswerOf } from '@rollcall/contracts/route';

export type Grant = Omit<AnswerOf<typeof login>, 'refreshToken'>;

export type Session =
  /** The cookie may hold a session; a renewal will tell. */
  | { readonly status: 'unknown' }
  | { readonly status: 'out' }
  | (Grant & {
      readonly status: 'in';
      /** Milliseconds of this computer's clock, whatever it shows. */
      readonly expiresAt: number;
    });

/** Whether there may be a session to renew: newcomers are spared a request that must fail. No secret. */
const HINT = 'rollcall-signed-in';

let session: Session = localStorage.getItem(HINT) === null ? { status: 'out' } : { status: 'unknown' };
const listeners = new Set<() => void>();

export const current = (): Session => session;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function become(next: Session): void {
  session = next;
  if (next.status === 'in') localStorage.setItem(HINT, '1');
  if (next.status === 'out') localStorage.removeItem(HINT);
  for (const listener of listeners) listener();
}

/** By how long the token lives, not by when it ends: clocks of two computers differ. */
export function begun({ user, accessToken }: Grant, now = Date.now()): Session {
  return { status: 'in', user, accessToken, expiresAt: now + lifetimeOf(accessToken) };
}

/** Milliseconds; 0 for what is no token of ours, which is then renewed before its first use. */
export function lifetimeOf(token: string): number {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(payload)) as { iat?: unknown; exp?: unknown };
    return typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1000 : 0;
  } catch {
    return 0;
  }
}
