import { randomBytes } from 'node:crypto';
import { DEMO_ACCOUNTS, DEMO_PASSWORD, type DemoAccount } from '@rollcall/contracts/demo';
import { userRegistered } from '@rollcall/contracts/events/identity';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import { CODE_BYTES, referralCode } from './domain/referral-code.js';
import type { Passwords } from './passwords.js';
import { addAccounts, countAccounts, type NewAccount } from './store/accounts.js';
import { announce } from './use-cases/announce.js';

/**
 * Opens the demo accounts that are missing. One hash serves all six (20 ms, not 120), and a start that finds them makes
 * none. Replicas may run it together: who inserts an account announces it, the others find it there.
 */
export async function seedDemo(db: Database, passwords: Passwords): Promise<void> {
  const ids = DEMO_ACCOUNTS.map(({ id }) => id);
  if ((await countAccounts(db, ids)) === ids.length) return;
  const passwordHash = await passwords.hash(DEMO_PASSWORD);
  await inWork(db, { correlationId: newId() }, async (work) => {
    const rows = DEMO_ACCOUNTS.map((demo) => accountOf(demo, passwordHash, work.now));
    for (const account of await addAccounts(work.tx, rows)) announce(work, userRegistered, account);
  });
}

const accountOf = (
  { id, email, name, role, referrerId }: DemoAccount,
  passwordHash: string,
  now: Date,
): NewAccount => ({
  id,
  email,
  emailVerifiedAt: now,
  passwordHash,
  name,
  roles: [role],
  locale: 'en',
  timeZone: 'UTC',
  referralCode: referralCode(randomBytes(CODE_BYTES)),
  referrerId,
  createdAt: now,
});
