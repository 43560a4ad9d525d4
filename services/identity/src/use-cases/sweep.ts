import type { Work } from '@rollcall/kit/work';
import { WINDOW_SECONDS } from '../domain/login-limit.js';
import { deleteExpiredLetterTokens } from '../store/letters.js';
import { deleteOldFailures } from '../store/login-failures.js';
import { deleteExpiredSessions } from '../store/sessions.js';

/**
 * Rows a turn deletes at most of each kind; what is left waits for the next turn. 1.4 million a day: one user who is
 * active for eight hours leaves 48 refresh tokens, and one address may fail to sign in 432,000 times.
 */
const BATCH = 5_000;

/** Forgets what cannot matter any more: refresh tokens past their time, failures past their window, letters past theirs. */
export async function sweep(work: Work): Promise<void> {
  await deleteExpiredSessions(work.tx, work.now, BATCH);
  await deleteExpiredLetterTokens(work.tx, work.now, BATCH);
  await deleteOldFailures(work.tx, new Date(work.now.getTime() - WINDOW_SECONDS * 1000), BATCH);
}
