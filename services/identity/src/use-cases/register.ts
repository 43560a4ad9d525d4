import type { register as route } from '@rollcall/contracts/api/identity';
import type { InputOf } from '@rollcall/kit/http';
import { inWork } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import type { Account } from '../store/accounts.js';
import { signerOf } from '../tokens.js';
import { openAccount } from './open-account.js';
import { openSession } from './open-session.js';

export interface SignedIn {
  readonly account: Account;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Opens an account and signs in. The hash is made before the transaction: 20 ms and a queue are no time to hold a connection. */
export async function register(context: Context, { body, cause }: InputOf<typeof route>): Promise<SignedIn> {
  const { db, issuer, passwords, clock } = context;
  const { password, ...application } = body;
  const sign = await signerOf(db, issuer, clock());
  const passwordHash = await passwords.hash(password);

  const { account, refreshToken } = await inWork(
    db,
    cause,
    async (work) => {
      const account = await openAccount(work, { ...application, passwordHash });
      return { account, refreshToken: await openSession(work, account.id) };
    },
    clock,
  );
  return { account, accessToken: await sign(account), refreshToken };
}
