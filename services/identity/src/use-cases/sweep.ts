import type { Work } from '@rollcall/kit/work';
import { WINDOW_SECONDS } from '../domain/login-limit.js';
import { deleteExpiredLetterTokens } from '../store/letters.js';
import { deleteOldFailures } from '../store/login-failures.js';
import { deleteExpiredSessions } from '../store/sessions.js';

/** Rows of each kind that one transaction deletes. */
const BATCH = 5_000;

/**
 * Forgets what cannot matter any more: refresh tokens past their time, failures past their window, letters past theirs. Returns
 * whether more may wait.
 */
export async function sweep({ tx, now }: Work): Promise<boolean> {
  const closed = new Date(now.getTime() - WINDOW_SECONDS * 1000);
  const gone = [
    await deleteExpiredSessions(tx, now, BATCH),
    await deleteExpiredLetterTokens(tx, now, BATCH),
    await deleteOldFailures(tx, closed, BATCH),
  ];
  return gone.includes(BATCH);
}
