import type { resetPassword as route } from '@rollcall/contracts/api/identity';
import { unprocessable } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { refuseWeak } from '../domain/password.js';
import { accountForUpdate, saveAccount, savePassword } from '../store/accounts.js';
import { deleteLetterTokens, isGoodLetterToken, takeLetterToken } from '../store/letters.js';
import { forgetFailures } from '../store/login-failures.js';
import { revokeAllFamilies } from '../store/sessions.js';
import { sha256 } from '../tokens.js';

/**
 * Sets a new password with a letter's token. Every sign-in and every other letter ends, the address is shown to be the
 * owner's, and guesses of others keep the owner out no more.
 */
export async function resetPassword(context: Context, { body, cause }: InputOf<typeof route>): Promise<void> {
  const { db, passwords, clock } = context;
  const { password } = body;
  const presented = { tokenHash: sha256(body.token), purpose: 'password-reset' } as const;
  refuseWeak(password, 'password', { email: '', name: '' });
  // A hash is 20 ms of two slots that signing in needs as well: nothing made up gets one.
  if (!(await isGoodLetterToken(db, { ...presented, now: clock() }))) throw unusableToken();
  const passwordHash = await passwords.hash(password);
  await inWork(db, cause, (work) => reset(work, { ...presented, password, passwordHash }), clock);
}

interface NewPassword {
  readonly tokenHash: Buffer;
  readonly purpose: 'password-reset';
  readonly password: string;
  readonly passwordHash: string;
}

async function reset(work: Work, { password, passwordHash, ...presented }: NewPassword): Promise<void> {
  const userId = await takeLetterToken(work.tx, { ...presented, now: work.now });
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
