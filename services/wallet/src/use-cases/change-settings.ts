import { type BankAccount, WEEKDAYS } from '@rollcall/contracts/api/withdrawals';
import { bankAccountChanged } from '@rollcall/contracts/events/wallet';
import type { Money } from '@rollcall/contracts/money';
import { checkMatch, etag } from '@rollcall/kit/etag';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { checkBankAccount, endOf, isSameAccount, sealBankAccount } from '../bank-account.js';
import { checkPlan, type Plan } from '../domain/auto-payout.js';
import { lockSettings, putSettings } from '../store/bank-accounts.js';
import { storedAccount } from './stored-account.js';

/** What is left out stays as it is; null takes it away. */
interface Change {
  readonly defaultBankAccount?: BankAccount | null;
  readonly autoPayout?: boolean;
  readonly payoutWeekday?: (typeof WEEKDAYS)[number] | null;
  readonly payoutThreshold?: Money | null;
}

interface Asked extends Change {
  readonly teacherId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Changes where and when a teacher is paid; withdrawals asked for already keep the account they were asked with. Another
 * account is announced: whoever took over an account is noticed by its owner. Throws 412, and 422 for wrong bank details
 * or payouts without a day or threshold.
 */
export async function changeSettings(
  work: Work,
  { teacherId, ifMatch, ...change }: Asked,
  keys: Keyring,
): Promise<{ teacherId: string }> {
  const found = await lockSettings(work.tx, teacherId, work.now);
  checkMatch(ifMatch, etag(found.version));
  if (Object.values(change).every((value) => value === undefined)) return { teacherId };
  const plan = planned(found.plan, change);
  checkPlan(plan);

  const account = await otherAccount(work, { teacherId, account: change.defaultBankAccount }, keys);
  const bank = account ? sealBankAccount(keys, account, teacherId) : account;
  const version = found.version + 1;
  await putSettings(work.tx, teacherId, { version, plan, bank, now: work.now });
  if (bank !== undefined)
    work.emit(bankAccountChanged, { teacherId, last4: bank && endOf(bank.masked) }, { version });
  return { teacherId };
}

interface Named {
  readonly teacherId: string;
  readonly account: BankAccount | null | undefined;
}

/** Throws 422. undefined where nothing is named, or what is stored already: named again it is not new, and nobody is warned. */
async function otherAccount(
  work: Work,
  { teacherId, account }: Named,
  keys: Keyring,
): Promise<BankAccount | null | undefined> {
  if (!account) return account;
  checkBankAccount(account, 'defaultBankAccount');
  const stored = await storedAccount(work, teacherId, keys);
  return stored !== undefined && isSameAccount(stored.account, account) ? undefined : account;
}

const planned = (plan: Plan, { autoPayout, payoutWeekday: day, payoutThreshold: least }: Change): Plan => ({
  on: autoPayout ?? plan.on,
  weekday: day === undefined ? plan.weekday : day && WEEKDAYS.indexOf(day) + 1,
  ...(least === undefined
    ? { threshold: plan.threshold, currency: plan.currency }
    : { threshold: least?.amount ?? null, currency: least?.currency ?? null }),
});
