import type { listUsers, login, me, User } from '@rollcall/contracts/api/identity';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { etag } from '@rollcall/kit/etag';
import { type InputOf, type Reply, reply } from '@rollcall/kit/http';
import { decodeCursor, listPage } from '@rollcall/kit/page';
import { type Account, accountById, accounts } from '../store/accounts.js';
import type { SignedIn } from '../use-cases/register.js';

/** An account as its owner sees it. */
export const toUser = ({ id, email, name, locale, timeZone, ...account }: Account): User => ({
  id,
  email,
  emailVerified: account.emailVerifiedAt !== null,
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

/** Throws 404 for an id nobody has. */
export async function findUser(db: Database, { id }: { id: string }): Promise<Reply<User>> {
  const account = await accountById(db, id);
  if (account === undefined) throw notFound('user');
  return reply(200, toUser(account), { ETag: etag(account.version) });
}

/** Newest first: ids are time-ordered. A text is looked for in one account after the other until a page is full. */
export async function findUsers(
  db: Database,
  { limit, cursor, text, role, status, referrerId }: QueryOf<typeof listUsers>,
): Promise<AnswerOf<typeof listUsers>> {
  const [before] = decodeCursor(cursor, Id) ?? [];
  const rows = accounts(db)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (before !== undefined) rows.where('id', '<', before);
  if (role !== undefined) rows.whereRaw('roles && ?::text[]', [role]);
  if (status !== undefined) rows.whereIn('status', status);
  if (referrerId !== undefined) rows.where({ referrer_id: referrerId });
  if (text !== undefined) {
    const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
    rows.whereRaw('(email ilike ? or name ilike ?)', [pattern, pattern]);
  }
  return listPage<Account, User>(await rows, limit, toUser, (row) => [row.id]);
}
