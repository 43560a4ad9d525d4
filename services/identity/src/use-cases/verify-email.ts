import type { resendVerification, verifyEmail as route } from '@rollcall/contracts/api/identity';
import { conflict, limited, notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { accountForUpdate, saveAccount } from '../store/accounts.js';
import { deleteLetterTokens, takeLetterToken } from '../store/letters.js';
import { sha256 } from '../tokens.js';
import { unusableToken } from './reset-password.js';
import { sendLetter } from './send-letter.js';

/** Keeps that the letter arrived. */
export async function verifyEmail(work: Work, { body }: InputOf<typeof route>): Promise<null> {
  const taken = { tokenHash: sha256(body.token), purpose: 'email-verification', now: work.now } as const;
  const userId = await takeLetterToken(work.tx, taken);
  const account = userId && (await accountForUpdate(work.tx, userId));
  if (!account) throw unusableToken();
  await saveAccount(work.tx, { ...account, emailVerifiedAt: account.emailVerifiedAt ?? work.now });
  await deleteLetterTokens(work.tx, account.id, 'email-verification');
  return null;
}

/** Asks for the letter once more. Throws 409 when there is nothing to verify, 429 past the account's letters. */
export async function verifyAgain(
  work: Work,
  keyring: Keyring,
  { user }: InputOf<typeof resendVerification>,
): Promise<null> {
  const account = await accountForUpdate(work.tx, user.id);
  if (account === undefined) throw notFound('account');
  if (account.emailVerifiedAt !== null)
    throw conflict('already-verified', 'This address is verified. There is nothing to do.');
  const closed = await sendLetter(work, keyring, { account, purpose: 'email-verification' });
  if (closed === undefined) return null;
  throw limited(
    'Enough letters were sent for now: look among the unwanted mail, or come back later.',
    closed,
  );
}
