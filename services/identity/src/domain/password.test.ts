import { expect, test } from '@jest/globals';
import { refuseWeak, weaknessOf } from './password.js';

const ada = { email: 'ada.lovelace@rollcall.test', name: 'Ada Lovelace' };

test.each<[string, string, boolean]>([
  ['a common one is weak', 'Password123', true],
  ['a run over the keyboard is weak', 'qwertyuiop', true],
  ['one letter over and over is weak', 'aaaaaaaaaaaaaaaa', true],
  ['two letters in turn are weak', 'abababababab', true],
  ['one’s own address is weak', 'Ada.Lovelace@rollcall.test', true],
  ['the name in one’s own address is weak', 'ada.lovelace', true],
  ['one’s own name is weak, with a blank or without', 'adalovelace', true],
  ['a phrase is not', 'correct horse battery', false],
  ['letters beyond ASCII are not', 'zażółć gęślą', false],
])('%s', (_rule, password, isWeak) => {
  expect(weaknessOf(password, ada) !== undefined).toBe(isWeak);
});

test('the refusal names the field the password came in', () => {
  expect(() => refuseWeak('1234567890', 'newPassword', ada)).toThrow(
    expect.objectContaining({
      kind: 'unprocessable',
      more: { errors: [expect.objectContaining({ path: 'newPassword' })] },
    }),
  );
});
