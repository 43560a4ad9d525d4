import { limited } from '@rollcall/kit/errors';
import { type Cause, inWork, type Work } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { afterFailure, closedFor } from '../domain/login-limit.js';
import { type Account, accountIfPassword, credentialsByEmail } from '../store/accounts.js';
import { failuresOf, lockFailures, saveFailures } from '../store/login-failures.js';
import { sha256 } from '../tokens.js';

interface Attempt {
  readonly email: string;
  readonly password: string;
  /** What `act` needs of the account: that it stays as it is, or to change it. */
  readonly lock: 'share' | 'update';
  readonly cause: Cause;
}

type Act<Result> = (work: Work, account: Account) => Promise<Result>;
type Outcome<Result> = { result: Result } | { refused: 'wrong' } | { closedFor: number };

/**
 * Acts for whoever knows the password of an address; undefined for a wrong one, 429 when the address is closed. An
 * address without an account goes the same way and takes the same time as one with a wrong password. The limit is
 * looked at twice: before the hash, to spare the work, and with the outcome, because a hundred guesses sent at once all
 * pass the first look. Past the tenth failure a right password is not told from a wrong one either.
 */
export async function withPassword<Result>(
  { db, passwords, clock }: Context,
  attempt: Attempt,
  act: Act<Result>,
): Promise<Result | undefined> {
  const closed = closedFor(await failuresOf(db, sha256(attempt.email)), clock());
  if (closed !== undefined) throw tooManyFailures(closed);
  const known = await credentialsByEmail(db, attempt.email);
  const matches = await passwords.matches(attempt.password, known?.passwordHash);

  const credentials = matches ? known : undefined;
  const run = (work: Work) => conclude(work, { ...attempt, credentials }, act);
  const outcome = await inWork(db, attempt.cause, run, clock);
  if ('closedFor' in outcome) throw tooManyFailures(outcome.closedFor);
  return 'refused' in outcome ? undefined : outcome.result;
}

interface Compared extends Attempt {
  readonly credentials: { readonly id: string; readonly passwordHash: string } | undefined;
}

/** Says no by returning, not by throwing: the failure must be counted. */
async function conclude<Result>(
  work: Work,
  { email, credentials, lock }: Compared,
  act: Act<Result>,
): Promise<Outcome<Result>> {
  const accountHash = sha256(email);
  const account = credentials && (await accountIfPassword(work.tx, credentials, lock));
  if (account === undefined) await lockFailures(work.tx, accountHash);
  const known = await failuresOf(work.tx, accountHash);
  const closed = closedFor(known, work.now);
  if (closed !== undefined) return { closedFor: closed };
  if (account !== undefined) return { result: await act(work, account) };
  await saveFailures(work.tx, accountHash, afterFailure(known, work.now));
  return { refused: 'wrong' };
}

const tooManyFailures = (seconds: number) =>
  limited('Too many failed logins for this account. Wait until Retry-After has passed.', seconds);
