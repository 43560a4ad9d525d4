import type { register as route } from '@rollcall/contracts/api/identity';
import type { InputOf } from '@rollcall/kit/http';
import { inWork } from '@rollcall/kit/work';
import type { Context } from '../context.js';
import { refuseWeak } from '../domain/password.js';
import type { Account } from '../store/accounts.js';
import { signerOf } from '../tokens.js';
import { openAccount } from './open-account.js';
import { openSession } from './open-session.js';
import { sendLetter } from './send-letter.js';

export interface SignedIn {
  readonly account: Account;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Opens an account, signs in and asks for the letter that verifies the address. The hash is made before the transaction: 20 ms and a queue are no time to hold a connection. */
export async function register(context: Context, { body, cause }: InputOf<typeof route>): Promise<SignedIn> {
  const { db, passwords, keyrings, clock } = context;
  const { password, ...application } = body;
  refuseWeak(password, 'password', application);
  const sign = await signerOf(context);
  const passwordHash = await passwords.hash(password);

  const { account, refreshToken } = await inWork(
    db,
    cause,
    async (work) => {
      const account = await openAccount(work, { ...application, passwordHash });
      await sendLetter(work, keyrings.letters, { account, purpose: 'email-verification' });
      return { account, refreshToken: await openSession(work, account.id) };
    },
    clock,
  );
  return { account, accessToken: await sign(account), refreshToken };
}
