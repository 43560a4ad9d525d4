import type { resetPassword as route } from '@rollcall/contracts/api/identity';
import { unprocessable } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { refuseWeak } from '../domain/password.js';
import { accountForUpdate, saveAccount, savePassword } from '../store/accounts.js';
import { deleteLetterTokens, takeLetterToken } from '../store/letters.js';
import { forgetFailures } from '../store/login-failures.js';
import { revokeAllFamilies } from '../store/sessions.js';
import { sha256 } from '../tokens.js';

/**
 * Sets a new password with a letter's token. Every sign-in and every other letter ends, the address is shown to be the
 * owner's, and guesses of others keep the owner out no more.
 */
export async function resetPassword(context: Context, { body, cause }: InputOf<typeof route>): Promise<void> {
  const { db, passwords, clock } = context;
  refuseWeak(body.password, 'password', { email: '', name: '' });
  const passwordHash = await passwords.hash(body.password);
  await inWork(
    db,
    cause,
    (work) => reset(work, { token: body.token, password: body.password, passwordHash }),
    clock,
  );
}

async function reset(
  work: Work,
  { token, password, passwordHash }: { token: string; password: string; passwordHash: string },
): Promise<void> {
  const taken = { tokenHash: sha256(token), purpose: 'password-reset', now: work.now } as const;
  const userId = await takeLetterToken(work.tx, taken);
  const account = userId && (await accountForUpdate(work.tx, userId));
  if (!account) throw unusableToken();
  refuseWeak(password, 'password', account);
  await savePassword(work.tx, account.id, passwordHash);
  if (account.emailVerifiedAt === null) await saveAccount(work.tx, { ...account, emailVerifiedAt: work.now });
  await revokeAllFamilies(work.tx, account.id, 'password-reset', work.now);
  await deleteLetterTokens(work.tx, account.id, 'password-reset');
  await forgetFailures(work.tx, sha256(account.email));
}

/** 422 for a token that is unknown, used, or over. */
export const unusableToken = () =>
  unprocessable('unusable-token', 'This link was used or has run out. Ask for another letter.', [
    { path: 'token', message: 'is not good any more' },
  ]);
