import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CODE_BYTES, normalReferralCode, referralCode } from './referral-code.js';

const bytes = fc.uint8Array({ minLength: CODE_BYTES, maxLength: CODE_BYTES });

test('a code has ten letters and is found however it is typed', () => {
  fc.assert(
    fc.property(bytes, (random) => {
      const code = referralCode(random);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
      expect(normalReferralCode(` ${code.slice(0, 5).toLowerCase()}-${code.slice(5)} `)).toBe(code);
    }),
    { seed: 20_261_120, numRuns: 200 },
  );
});

test('letters that look like digits are read as those digits', () => {
  expect(normalReferralCode('oil0000000')).toBe('0110000000');
});
