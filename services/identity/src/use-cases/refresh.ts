import type { refresh as route } from '@rollcall/contracts/api/identity';
import { unauthenticated } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { spend } from '../domain/refresh.js';
import { type Account, accountById } from '../store/accounts.js';
import { lockRefreshToken, markSpent, revokeFamily } from '../store/sessions.js';
import { sha256, signerOf } from '../tokens.js';
import { nextToken } from './open-session.js';
import type { SignedIn } from './register.js';

/** Trades a refresh token for a new pair. The roles are those of now, not those of the sign-in. */
export async function refresh(context: Context, { body, cause }: InputOf<typeof route>): Promise<SignedIn> {
  const { db, clock } = context;
  const sign = await signerOf(context);
  const turned = await inWork(db, cause, (work) => turn(work, sha256(body.refreshToken)), clock);
  if (turned === undefined) {
    throw unauthenticated(
      'invalid-refresh-token',
      'This refresh token is not valid any more. Sign in again.',
    );
  }
  const { account, refreshToken } = turned;
  return { account, accessToken: await sign(account), refreshToken };
}

/** Says no by returning, not by throwing: a revocation must be kept. */
async function turn(
  work: Work,
  tokenHash: Buffer,
): Promise<{ account: Account; refreshToken: string } | undefined> {
  const token = await lockRefreshToken(work.tx, tokenHash);
  const spending = spend(token, work.now);
  if (token === undefined || spending === 'refuse') return undefined;
  if (spending !== 'rotate') {
    const reason = spending === 'revoke-reused' ? 'reuse' : 'suspended';
    await revokeFamily(work.tx, token.familyId, reason, work.now);
    return undefined;
  }
  await markSpent(work.tx, tokenHash, work.now);
  const account = await accountById(work.tx, token.userId);
  if (account === undefined) return undefined;
  return { account, refreshToken: await nextToken(work, token.familyId) };
}
