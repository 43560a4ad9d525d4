import { describe, expect, test } from '@jest/globals';
import { keyList } from '@rollcall/kit/sealed';
import { checkBankAccount, sealBankAccount, unsealBankAccount } from './bank-account.js';

const keyOf = (letter: string) => `${letter}:${Buffer.alloc(32, letter).toString('base64')}`;
const keys = keyList.parse(keyOf('a'));
const account = { bankName: 'A Bank', accountNumber: 'DE89370400440532013000', accountName: 'Tea van Cher' };

describe('a bank account is taken', () => {
  test.each<[string, object]>([
    ['with an IBAN', {}],
    ['with an IBAN in groups and small letters', { accountNumber: 'de89 3704 0044 0532 0130 00' }],
    ['with a number of a country without IBANs', { accountNumber: '000123456789' }],
    ['with letters that are no country of IBANs', { accountNumber: 'US12345678' }],
    ['with a BIC', { swiftCode: 'COBADEFF' }],
    ['with a BIC of a branch', { swiftCode: 'cobadeffxxx' }],
  ])('%s', (_what, more) =>
    expect(() => checkBankAccount({ ...account, ...more }, 'bankAccount')).not.toThrow(),
  );
});

describe('a bank account is refused, without saying the number again,', () => {
  test.each<[string, object, string]>([
    ['with a digit wrong', { accountNumber: 'DE89370400440532013001' }, 'bankAccount.accountNumber'],
    ['with a digit missing', { accountNumber: 'DE8937040044053201300' }, 'bankAccount.accountNumber'],
    ['with a BIC that is none', { swiftCode: 'COBADE' }, 'bankAccount.swiftCode'],
  ])('%s', (_what, more, path) => {
    const check = () => checkBankAccount({ ...account, ...more }, 'bankAccount');
    expect(check).toThrow(
      expect.objectContaining({ more: { errors: [{ path, message: expect.any(String) }] } }),
    );
    expect(check).not.toThrow(/3704/);
  });
});

test.each<[number: string, shown: string]>([
  ['DE89 3704 0044 0532 0130 00', '****3000'],
  ['0001234567', '****567'],
  ['12345', '****5'],
])('of %s no more is shown than its last four, or a third', (accountNumber, shown) => {
  const { masked } = sealBankAccount(keys, { ...account, accountNumber }, 'row');
  expect(masked).toEqual({ bankName: 'A Bank', accountNumber: shown, accountName: 'T*** v*** C***' });
});

test('what was sealed opens for its own row alone, also after its key seals no more', () => {
  const { sealed } = sealBankAccount(keys, account, 'row');
  expect(sealed).not.toContain('3704');
  const rotated = keyList.parse(`${keyOf('b')},${keyOf('a')}`);
  expect(unsealBankAccount(rotated, sealed, 'row')).toEqual(account);
  expect(() => unsealBankAccount(keys, sealed, 'another row')).toThrow();
  expect(() => unsealBankAccount(keyList.parse(keyOf('b')), sealed, 'row')).toThrow('no key a');
});
