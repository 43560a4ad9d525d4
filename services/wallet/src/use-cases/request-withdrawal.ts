import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { checkBankAccount, sealBankAccount, unsealBankAccount } from '../bank-account.js';
import { openBook } from '../domain/ledger.js';
import { accountsToWithdraw, postRequest } from '../domain/withdrawal.js';
import { lockAccounts } from '../store/accounts.js';
import { sealedAccountOf } from '../store/bank-accounts.js';
import { addWithdrawal } from '../store/withdrawals.js';
import { record } from './record.js';
import { sayWithdrawal } from './say-withdrawal.js';

interface Request {
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly bankAccount?: BankAccount;
  readonly notes?: string;
}

/**
 * Reserves earnings for a withdrawal, at once: two requests never share money. Throws 422 for too little or wrong bank
 * details, 409 where there is less, or something is owed.
 */
export async function requestWithdrawal(
  work: Work,
  { bankAccount, notes, ...asked }: Request,
  keys: Keyring,
): Promise<{ withdrawalId: string }> {
  if (bankAccount !== undefined) checkBankAccount(bankAccount, 'bankAccount');
  const account = bankAccount ?? (await storedAccount(work, asked.teacherId, keys));
  const [id, entryId] = [newId(), newId()];
  const book = openBook(await lockAccounts(work.tx, accountsToWithdraw(asked)), newId);

  postRequest(book, { id, ...asked }, entryId);

  const bank = sealBankAccount(keys, account, id);
  await addWithdrawal(work.tx, { id, ...asked, bank, notes: notes ?? null, entryId }, work.now);
  record(work, book);
  sayWithdrawal(work, { id, ...asked, status: 'pending', version: 1, reason: null });
  return { withdrawalId: id };
}

async function storedAccount(work: Work, teacherId: string, keys: Keyring): Promise<BankAccount> {
  const sealed = await sealedAccountOf(work.tx, teacherId);
  if (sealed !== undefined) return unsealBankAccount(keys, sealed, teacherId);
  throw unprocessable(
    'no-bank-account',
    'Say where the money is to go, here or in the settings of your wallet.',
    [{ path: 'bankAccount', message: 'is needed: none of yours is stored' }],
  );
}
