import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { bankAccountChanged } from '@rollcall/contracts/events/wallet';
import { precondition } from '@rollcall/kit/errors';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { checkBankAccount, endOf, sealBankAccount } from '../bank-account.js';
import { lockBankAccount, putBankAccount } from '../store/bank-accounts.js';

interface Change {
  readonly teacherId: string;
  readonly ifMatch: string | undefined;
  /** Null: none any more; undefined: as it is. */
  readonly defaultBankAccount?: BankAccount | null;
}

/**
 * Changes where a teacher's withdrawals go; those asked for already keep the account they were asked with. It is
 * announced: whoever took over an account is noticed by its owner. Throws 412, and 422 for wrong bank details.
 */
export async function changeSettings(
  work: Work,
  change: Change,
  keys: Keyring,
): Promise<{ teacherId: string }> {
  const { teacherId, defaultBankAccount: account, ifMatch } = change;
  const version = await lockBankAccount(work.tx, teacherId);
  checkMatch(ifMatch, etag(version));
  if (account === undefined) return { teacherId };
  if (account !== null) checkBankAccount(account, 'defaultBankAccount');
  const bank = account === null ? null : sealBankAccount(keys, account, teacherId);
  const put = await putBankAccount(work.tx, teacherId, { bank, now: work.now });
  // Of two first ones at once neither finds a row to lock.
  if (ifMatch !== undefined && put !== version + 1)
    throw precondition(
      'changed-meanwhile',
      'Your settings were changed elsewhere. Read them again, then decide.',
    );
  const last4 = bank === null ? null : endOf(bank.masked);
  work.emit(bankAccountChanged, { teacherId, last4 }, { version: put });
  return { teacherId };
}
