import type { login as route } from '@rollcall/contracts/api/identity';
import { forbidden, limited, unauthenticated } from '@rollcall/kit/errors';
import type { InputOf } from '@rollcall/kit/http';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { afterFailure, closedFor } from '../domain/login-limit.js';
import { credentialsByEmail } from '../store/accounts.js';
import { failuresOf, lockFailures, saveFailures } from '../store/login-failures.js';
import { sha256, signerOf } from '../tokens.js';
import { openSession } from './open-session.js';
import type { SignedIn } from './register.js';

type Outcome = { refreshToken: string } | { refused: 'wrong' } | { closedFor: number };

/**
 * Signs in. An address without an account goes the same way and takes the same time as one with a wrong password. The
 * limit is looked at twice: before the hash, to spare the work, and with the outcome, because a hundred guesses sent
 * at once all pass the first look. Past the tenth failure a right password is not told from a wrong one either.
 */
export async function login(context: Context, { body, cause }: InputOf<typeof route>): Promise<SignedIn> {
  const { db, issuer, passwords, clock } = context;
  const accountHash = sha256(body.email);
  const sign = await signerOf(db, issuer, clock());
  const closed = closedFor(await failuresOf(db, accountHash), clock());
  if (closed !== undefined) throw tooManyFailures(closed);

  const account = await credentialsByEmail(db, body.email);
  const matches = await passwords.matches(body.password, account?.passwordHash);
  const userId = matches ? account?.id : undefined;

  const outcome = await inWork(
    db,
    cause,
    (work) => conclude(work, accountHash, userId, account?.status),
    clock,
  );
  if ('closedFor' in outcome) throw tooManyFailures(outcome.closedFor);
  if ('refused' in outcome || account === undefined) throw wrongCredentials();
  return { account, accessToken: await sign(account), refreshToken: outcome.refreshToken };
}

/** Says no by returning, not by throwing: the failure must be counted. */
async function conclude(
  work: Work,
  accountHash: Buffer,
  userId: string | undefined,
  status: 'active' | 'suspended' | undefined,
): Promise<Outcome> {
  if (userId === undefined) await lockFailures(work.tx, accountHash);
  const known = await failuresOf(work.tx, accountHash);
  const closed = closedFor(known, work.now);
  if (closed !== undefined) return { closedFor: closed };
  if (userId === undefined) {
    await saveFailures(work.tx, accountHash, afterFailure(known, work.now));
    return { refused: 'wrong' };
  }
  if (status === 'suspended')
    throw forbidden('account-suspended', 'This account is suspended. Write to support.');
  return { refreshToken: await openSession(work, userId) };
}

const wrongCredentials = () =>
  unauthenticated('wrong-credentials', 'The e-mail address or the password is wrong. Try again.');

const tooManyFailures = (seconds: number) =>
  limited('Too many failed logins for this account. Wait until Retry-After has passed.', seconds);
