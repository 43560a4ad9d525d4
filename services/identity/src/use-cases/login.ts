import type { login as route } from '@rollcall/contracts/api/identity';
import { unauthenticated } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import type { Context } from '../context.js';
import { signerOf } from '../tokens.js';
import { openSession } from './open-session.js';
import { refuseSuspended } from './refuse-suspended.js';
import type { SignedIn } from './register.js';
import { withPassword } from './with-password.js';

/** Signs in. */
export async function login(context: Context, { body, cause }: InputOf<typeof route>): Promise<SignedIn> {
  const sign = await signerOf(context);
  const opened = await withPassword(context, { ...body, lock: 'share', cause }, async (work, account) => {
    refuseSuspended(account);
    return { account, refreshToken: await openSession(work, account.id) };
  });
  if (opened === undefined) throw wrongCredentials();
  return { ...opened, accessToken: await sign(opened.account) };
}

const wrongCredentials = () =>
  unauthenticated('wrong-credentials', 'The e-mail address or the password is wrong. Try again.');
