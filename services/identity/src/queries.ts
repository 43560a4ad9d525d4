import type { jwks, login, me, User } from '@rollcall/contracts/api/identity';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { type Account, accountById } from './store/accounts.js';
import type { SignedIn } from './use-cases/register.js';

/** An account as its owner sees it. */
export const toUser = ({ id, email, name, locale, timeZone, ...account }: Account): User => ({
  id,
  email,
  name,
  roles: [...account.roles],
  locale,
  timeZone,
  referralCode: account.referralCode,
  referrerId: account.referrerId,
  status: account.status,
  createdAt: account.createdAt.toISOString(),
});

/** The answer to a sign-in. */
export const signedIn = ({ account, accessToken, refreshToken }: SignedIn): AnswerOf<typeof login> => ({
  user: toUser(account),
  accessToken,
  refreshToken,
});

/** Throws 404 for a token of another issuer whose subject has no account here. */
export async function profile(db: Database, { user }: Pick<InputOf<typeof me>, 'user'>): Promise<User> {
  const account = await accountById(db, user.id);
  if (account === undefined) throw notFound('account');
  return toUser(account);
}

/** Every key that may verify a token, those not signing yet too. */
export async function publicKeys(db: Database): Promise<AnswerOf<typeof jwks>> {
  const rows = await db('signing_keys')
    .whereNull('retired_at')
    .orderBy('signs_from', 'desc')
    .select('public_jwk');
  return { keys: rows.map((row) => row.public_jwk) };
}
