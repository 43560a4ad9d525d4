import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { accountForUpdate } from '../store/accounts.js';
import { takeResetRequests } from '../store/letters.js';
import { sendLetter } from './send-letter.js';

/** Requests of one transaction. */
const BATCH = 500;

/**
 * Sends the letters that were asked for to those among the addresses that have an account which may be used. Past the
 * account's limit none goes out and nobody is told. Returns whether more may wait.
 */
export async function answerResets(work: Work, keyring: Keyring): Promise<boolean> {
  const { count, userIds } = await takeResetRequests(work.tx, BATCH);
  for (const id of userIds) {
    const account = await accountForUpdate(work.tx, id);
    if (account?.status === 'active') await sendLetter(work, keyring, { account, purpose: 'password-reset' });
  }
  return count === BATCH;
}
