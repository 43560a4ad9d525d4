import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { accountForUpdate } from '../store/accounts.js';
import { takeResetRequests } from '../store/letters.js';
import { sendLetter } from './send-letter.js';

/** Requests of one turn; the rest waits five seconds. */
const BATCH = 500;

/**
 * Sends the letters that were asked for to those among the addresses that have an account which may be used. Past the
 * account's limit none goes out and nobody is told.
 */
export async function answerResets(work: Work, keyring: Keyring): Promise<void> {
  for (const id of await takeResetRequests(work.tx, BATCH)) {
    const account = await accountForUpdate(work.tx, id);
    if (account?.status === 'active') await sendLetter(work, keyring, { account, purpose: 'password-reset' });
  }
}
