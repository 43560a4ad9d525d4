/** Bank details: checked where a standard exists, sealed for one row alone, and shown masked. */
import type { BankAccount, MaskedBankAccount } from '@rollcall/contracts/api/withdrawals';
import { type FieldError, unprocessable } from '@rollcall/kit/errors';
import type { Keyring } from '@rollcall/kit/sealed';
import { countrySpecs, electronicFormatIBAN, isSEPACountry, isValidBIC, isValidIBAN } from 'ibantools';
import { enclose, open, rewrap } from './envelope.js';

/** As it is stored; nothing of the number but its end lies open. */
export interface SealedBankAccount {
  readonly sealed: string;
  readonly masked: MaskedBankAccount;
}

/** Throws 422 for an IBAN or BIC that is none. What was written stands in no message: messages are logged. */
export function checkBankAccount(
  { accountNumber, swiftCode }: BankAccount,
  at: 'bankAccount' | 'defaultBankAccount',
): void {
  const errors: FieldError[] = [];
  if (isMeantAsIban(accountNumber) && !isValidIBAN(plainNumber(accountNumber)))
    errors.push({ path: `${at}.accountNumber`, message: 'is no valid IBAN' });
  if (swiftCode !== undefined && !isBic(swiftCode))
    errors.push({ path: `${at}.swiftCode`, message: 'is no valid BIC' });
  if (errors.length > 0)
    throw unprocessable('invalid-bank-account', 'Mend the bank details that `errors` names.', errors);
}

export const isBic = (code: string): boolean => isValidBIC(code.toUpperCase());

/** An IBAN without blanks, as banks exchange it. */
export const plainNumber = (number: string): string => electronicFormatIBAN(number) ?? '';

/** A country that has IBANs, then two digits: it is one, or was refused when it came in. */
export function isMeantAsIban(number: string): boolean {
  const [, country = ''] = /^([A-Z]{2})\d{2}/.exec(plainNumber(number)) ?? [];
  return Boolean(countrySpecs[country as keyof typeof countrySpecs]?.chars);
}

/** A right IBAN, or else letters and digits that a bank can take for a number. */
export const isBankNumber = (number: string): boolean =>
  isMeantAsIban(number) ? isValidIBAN(plainNumber(number)) : /^[A-Za-z0-9][A-Za-z0-9 /-]{3,33}$/.test(number);

/** Is it the IBAN of a country whose banks take SEPA transfers? */
export const isInSepa = (number: string): boolean =>
  isMeantAsIban(number) && isSEPACountry(plainNumber(number).slice(0, 2));

/** Seals for the row of this id: copied into another row it does not open. */
export const sealBankAccount = (keys: Keyring, account: BankAccount, rowId: string): SealedBankAccount => ({
  sealed: enclose(keys, JSON.stringify(account), purposeOf(rowId)),
  masked: mask(account),
});

export const unsealBankAccount = (keys: Keyring, sealed: string, rowId: string): BankAccount =>
  JSON.parse(open(keys, sealed, purposeOf(rowId))) as BankAccount;

/** undefined: changed by hand, or sealed by a key that is in the list no more. */
export function openedBankAccount(keys: Keyring, sealed: string, rowId: string): BankAccount | undefined {
  try {
    return unsealBankAccount(keys, sealed, rowId);
  } catch {
    return undefined;
  }
}

/** All of it: but for an IBAN, a number says nothing without its bank. */
export const isSameAccount = (a: BankAccount, b: BankAccount): boolean =>
  (['accountNumber', 'bankName', 'accountName', 'branch', 'swiftCode'] as const).every(
    (part) => a[part] === b[part],
  );

/** Under the key that seals now, for the same row; the details stay closed. */
export const resealBankAccount = (keys: Keyring, sealed: string, rowId: string): string =>
  rewrap(keys, sealed, purposeOf(rowId));

const purposeOf = (rowId: string): string => `bank-account/${rowId}`;

/** The end of an account number, as its masked form shows it. */
export const endOf = ({ accountNumber }: MaskedBankAccount): string => accountNumber.slice(MASK.length);

const MASK = '****';

/** The last four of the number, yet never more than a third of it; of the name the initials. */
function mask({ bankName, accountNumber, accountName }: BankAccount): MaskedBankAccount {
  const plain = accountNumber.replaceAll(/[^A-Za-z0-9]/g, '');
  const shown = Math.min(4, Math.floor(plain.length / 3));
  const initials = accountName.split(/\s+/).map((word) => `${[...word][0] ?? ''}***`);
  return {
    bankName,
    accountNumber: `${MASK}${plain.slice(plain.length - shown)}`,
    accountName: initials.join(' '),
  };
}
