import type { Knex } from 'knex';
import type { RefreshToken } from '../domain/refresh.js';

export async function addFamily(
  tx: Knex.Transaction,
  family: { id: string; userId: string; createdAt: Date },
): Promise<void> {
  await tx('refresh_families').insert({
    id: family.id,
    user_id: family.userId,
    created_at: family.createdAt,
  });
}

export interface NewRefreshToken {
  readonly tokenHash: Buffer;
  readonly familyId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export async function addRefreshToken(tx: Knex.Transaction, token: NewRefreshToken): Promise<void> {
  await tx('refresh_tokens').insert({
    token_hash: token.tokenHash,
    family_id: token.familyId,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  });
}

/** The token, read after its family was locked: two requests with one token are judged one after the other. */
export async function lockRefreshToken(
  tx: Knex.Transaction,
  tokenHash: Buffer,
): Promise<RefreshToken | undefined> {
  const known = await tx('refresh_tokens').where({ token_hash: tokenHash }).first('family_id');
  if (known === undefined) return undefined;
  await tx('refresh_families').where({ id: known.family_id }).forUpdate().first('id');
  return tx('refresh_tokens as t')
    .join('refresh_families as f', 'f.id', 't.family_id')
    .join('users as u', 'u.id', 'f.user_id')
    .where('t.token_hash', tokenHash)
    .first({
      familyId: 't.family_id',
      userId: 'f.user_id',
      expiresAt: 't.expires_at',
      spentAt: 't.spent_at',
      familyRevokedAt: 'f.revoked_at',
      userStatus: 'u.status',
    });
}

export const markSpent = (tx: Knex.Transaction, tokenHash: Buffer, at: Date): Promise<number> =>
  tx('refresh_tokens').where({ token_hash: tokenHash }).update({ spent_at: at });

export type Revocation =
  | 'logout'
  | 'reuse'
  | 'suspended'
  | 'logout-everywhere'
  | 'password-changed'
  | 'password-reset';

export const revokeFamily = (
  tx: Knex.Transaction,
  id: string,
  reason: Revocation,
  at: Date,
): Promise<number> =>
  tx('refresh_families').where({ id, revoked_at: null }).update({ revoked_at: at, revoked_reason: reason });

/** Ends every sign-in of a user. One whose refresh is under way is waited for and ended with its new token. */
export const revokeAllFamilies = (
  tx: Knex.Transaction,
  userId: string,
  reason: Revocation,
  at: Date,
): Promise<number> =>
  tx('refresh_families')
    .where({ user_id: userId, revoked_at: null })
    .update({ revoked_at: at, revoked_reason: reason });

/** Spent tokens past their time, and families whose unspent one, the newest, is: a family keeps a token as long as it lives. */
/** Returns how many refresh tokens went, or families with all of theirs, whichever are more. */
export async function deleteExpiredSessions(tx: Knex.Transaction, now: Date, most: number): Promise<number> {
  const old = tx('refresh_tokens').whereNotNull('spent_at').where('expires_at', '<', now).limit(most);
  const spent = await tx('refresh_tokens').whereIn('token_hash', old.select('token_hash')).delete();
  const dead = tx('refresh_tokens')
    .whereNull('spent_at')
    .where('expires_at', '<', now)
    .limit(most)
    .select('family_id');
  return Math.max(spent, await tx('refresh_families').whereIn('id', dead).delete());
}
