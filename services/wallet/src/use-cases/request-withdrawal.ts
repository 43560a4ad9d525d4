import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { unprocessable } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { checkBankAccount, isSameAccount, sealBankAccount } from '../bank-account.js';
import { openBook } from '../domain/ledger.js';
import { accountsToWithdraw, postRequest } from '../domain/withdrawal.js';
import { lockAccounts } from '../store/accounts.js';
import { addWithdrawal } from '../store/withdrawals.js';
import { record } from './record.js';
import { sayWithdrawal } from './say-withdrawal.js';
import { storedAccount } from './stored-account.js';

interface Request {
  readonly teacherId: string;
  readonly amount: number;
  readonly currency: string;
  readonly bankAccount?: BankAccount;
  readonly notes?: string;
}

interface Bank {
  readonly BANK_KEYS: Keyring;
  readonly BANK_COOL_DOWN_HOURS: number;
}

/**
 * Reserves earnings for a withdrawal, at once: two requests never share money. Throws 422 for too little or wrong bank
 * details, 409 where there is less, or something is owed.
 */
export async function requestWithdrawal(
  work: Work,
  { bankAccount, notes, ...asked }: Request,
  bank: Bank,
): Promise<{ withdrawalId: string }> {
  if (bankAccount !== undefined) checkBankAccount(bankAccount, 'bankAccount');
  const { account, since } = await goalOf(work, { teacherId: asked.teacherId, bankAccount }, bank.BANK_KEYS);
  const [id, entryId] = [newId(), newId()];
  const book = openBook(await lockAccounts(work.tx, accountsToWithdraw(asked)), newId);

  postRequest(book, { id, ...asked }, entryId);

  const payableFrom = new Date(since.getTime() + bank.BANK_COOL_DOWN_HOURS * HOUR);
  const sealed = sealBankAccount(bank.BANK_KEYS, account, id);
  const row = { id, ...asked, bank: sealed, notes: notes ?? null, entryId, payableFrom };
  await addWithdrawal(work.tx, row, work.now);
  record(work, book);
  sayWithdrawal(work, { id, ...asked, status: 'pending', version: 1, reason: null });
  return { withdrawalId: id };
}

const HOUR = 3_600_000;

/** Where the money is to go, and since when the teacher has named that account: one not stored is new. */
async function goalOf(
  work: Work,
  { teacherId, bankAccount }: Pick<Request, 'teacherId' | 'bankAccount'>,
  keys: Keyring,
): Promise<{ account: BankAccount; since: Date }> {
  const stored = await storedAccount(work, teacherId, keys);
  if (stored !== undefined && (bankAccount === undefined || isSameAccount(bankAccount, stored.account)))
    return stored;
  if (bankAccount !== undefined) return { account: bankAccount, since: work.now };
  throw unprocessable(
    'no-bank-account',
    'Say where the money is to go, here or in the settings of your wallet.',
    [{ path: 'bankAccount', message: 'is needed: none of yours is stored' }],
  );
}
