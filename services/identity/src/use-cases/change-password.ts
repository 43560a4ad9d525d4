import type { changePassword as route } from '@rollcall/contracts/api/identity';
import { notFound, unprocessable } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Context } from '../context.js';
import { refuseWeak } from '../domain/password.js';
import { accountById, savePassword } from '../store/accounts.js';
import { deleteLetterTokens } from '../store/letters.js';
import { revokeAllFamilies } from '../store/sessions.js';
import { signerOf } from '../tokens.js';
import { openSession } from './open-session.js';
import { refuseSuspended } from './refuse-suspended.js';
import type { SignedIn } from './register.js';
import { withPassword } from './with-password.js';

/**
 * Sets another password. Every sign-in ends, letters under way open nothing any more, and the caller gets a sign-in of
 * its own. A wrong current password counts like a failed login: a stolen access token is no way round that limit.
 */
export async function changePassword(
  context: Context,
  { body, user, cause }: InputOf<typeof route>,
): Promise<SignedIn> {
  const owner = await accountById(context.db, user.id);
  if (owner === undefined) throw notFound('account');
  refuseSuspended(owner);
  refuseWeak(body.newPassword, 'newPassword', owner);
  const sign = await signerOf(context);
  const passwordHash = await context.passwords.hash(body.newPassword);

  const attempt = { email: owner.email, password: body.currentPassword, lock: 'update', cause } as const;
  const opened = await withPassword(context, attempt, async (work, account) => {
    refuseSuspended(account);
    await savePassword(work.tx, account.id, passwordHash);
    await revokeAllFamilies(work.tx, account.id, 'password-changed', work.now);
    await deleteLetterTokens(work.tx, account.id, 'password-reset');
    return { account, refreshToken: await openSession(work, account.id) };
  });
  if (opened === undefined) throw wrongPassword();
  return { ...opened, accessToken: await sign(opened.account) };
}

const wrongPassword = () =>
  unprocessable(
    'wrong-password',
    'The current password is another one. Try again, or ask for a reset letter.',
    [{ path: 'currentPassword', message: 'is not the password of this account' }],
  );
