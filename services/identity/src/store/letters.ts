import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';

export type LetterPurpose = 'password-reset' | 'email-verification';

export interface NewLetterToken {
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly purpose: LetterPurpose;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export async function addLetterToken(tx: Knex.Transaction, token: NewLetterToken): Promise<void> {
  await tx('letter_tokens').insert({
    token_hash: token.tokenHash,
    user_id: token.userId,
    purpose: token.purpose,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  });
}

/** When a user's letters of one purpose since then were asked for, oldest first. */
export const lettersSince = (
  tx: Knex.Transaction,
  userId: string,
  purpose: LetterPurpose,
  since: Date,
): Promise<Date[]> =>
  tx('letter_tokens')
    .where({ user_id: userId, purpose })
    .where('created_at', '>', since)
    .orderBy('created_at')
    .pluck('created_at');

interface Presented {
  readonly tokenHash: Buffer;
  readonly purpose: LetterPurpose;
  readonly now: Date;
}

const good = (db: Database, { tokenHash, purpose, now }: Presented) =>
  db('letter_tokens').where({ token_hash: tokenHash, purpose }).where('expires_at', '>', now);

/** Is it worth the work that using it costs? Only taking it says whether it may be used. */
export const isGoodLetterToken = async (db: Database, presented: Presented): Promise<boolean> =>
  (await good(db, presented).first('user_id')) !== undefined;

/** Takes a token away and says whose it was; undefined when it is unknown, over, or somebody else's transaction took it. */
export async function takeLetterToken(
  tx: Knex.Transaction,
  presented: Presented,
): Promise<string | undefined> {
  const [taken] = await good(tx, presented).delete().returning('user_id');
  return taken?.user_id;
}

export const deleteLetterTokens = (
  tx: Knex.Transaction,
  userId: string,
  purpose: LetterPurpose,
): Promise<number> => tx('letter_tokens').where({ user_id: userId, purpose }).delete();

export async function deleteExpiredLetterTokens(
  tx: Knex.Transaction,
  now: Date,
  most: number,
): Promise<number> {
  const old = tx('letter_tokens').where('expires_at', '<', now).limit(most).forUpdate().skipLocked();
  return tx('letter_tokens').whereIn('token_hash', old.select('token_hash')).delete();
}

/** One request an address waits at a time, so asking again and again fills nothing. */
export async function addResetRequest(tx: Knex.Transaction, email: string, at: Date): Promise<void> {
  await tx('reset_requests').insert({ email, requested_at: at }).onConflict('email').ignore();
}

/** Takes the oldest requests away and returns how many there were, and the ids of the accounts among their addresses. */
export async function takeResetRequests(
  tx: Knex.Transaction,
  most: number,
): Promise<{ count: number; userIds: string[] }> {
  const oldest = tx('reset_requests').orderBy('requested_at').limit(most).forUpdate().skipLocked();
  const taken = await tx('reset_requests')
    .whereIn('email', oldest.select('email'))
    .delete()
    .returning('email');
  const emails = taken.map((row) => row.email);
  const userIds = await tx('users').whereIn('email', emails).orderBy('id').pluck('id');
  return { count: taken.length, userIds };
}
