/**
 * Renewing the access token, one tab at a time: a refresh token used twice ends the session for everybody, so no tab may
 * send the cookie while another's renewal is on its way.
 */
import { ProblemError } from '@rollcall/contracts/client';
import { callRefresh } from './calls.js';
import { become, begun, current, type Session } from './store.js';
import { inTurn, tell } from './tabs.js';

/** Milliseconds before its end that a token is renewed: a call may wait for long in a queue. */
const EARLY = 30_000;
/** When a renewal that may still be on its way was sent: a page that is reloaded meanwhile waits for its cookie. */
const MARK = 'rollcall-renewing';
/** Milliseconds; a renewal takes some twenty. */
const ON_ITS_WAY = 2_000;

let running: Promise<Session> | undefined;

/** The session with a token good for the next seconds, or none; rejects only when nobody answers. */
export function freshSession(now = Date.now()): Promise<Session> {
  const session = current();
  if (session.status === 'out') return Promise.resolve(session);
  if (session.status === 'in' && session.expiresAt - EARLY > now) return Promise.resolve(session);
  running ??= renewInTurn(session).finally(() => {
    running = undefined;
  });
  return running;
}

const renewInTurn = (spent: Session): Promise<Session> =>
  inTurn('rollcall-renewal', async () => {
    // Another tab's renewal may have been told while this one waited for its turn.
    const session = current();
    if (session !== spent) return session;
    await lastOnesAnswer();
    return renew();
  });

async function lastOnesAnswer(): Promise<void> {
  const since = Date.now() - Number(localStorage.getItem(MARK) ?? 0);
  if (since < 0 || since >= ON_ITS_WAY) return;
  await new Promise((resolve) => setTimeout(resolve, ON_ITS_WAY - since));
}

async function renew(): Promise<Session> {
  localStorage.setItem(MARK, String(Date.now()));
  const next = await callRefresh().then(
    (grant) => begun(grant),
    (error: unknown): Session => {
      if (error instanceof ProblemError && error.status === 401) return { status: 'out' };
      throw error;
    },
  );
  localStorage.removeItem(MARK);
  become(next);
  tell({ kind: 'session', session: next });
  return next;
}
