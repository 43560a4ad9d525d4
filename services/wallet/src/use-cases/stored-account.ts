import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { openedBankAccount } from '../bank-account.js';
import { storedAccountOf } from '../store/bank-accounts.js';

/** What a teacher has stored, and since when it is that account; one that does not open is none. */
export async function storedAccount(
  { tx }: Work,
  teacherId: string,
  keys: Keyring,
): Promise<{ account: BankAccount; since: Date } | undefined> {
  const row = await storedAccountOf(tx, teacherId);
  const account = row && openedBankAccount(keys, row.sealed, teacherId);
  return account && { account, since: row.since };
}
