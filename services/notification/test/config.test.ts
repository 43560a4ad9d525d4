import { expect, test } from '@jest/globals';
import { type Config, tlsOf } from '../src/config.js';

test.each([
  ['production', 'false', 'required'],
  ['production', 'true', 'never'],
  ['development', 'false', 'offered'],
  ['development', 'true', 'never'],
] as const)('in %s with SMTP_INSECURE=%s TLS to the mail server is %s', (NODE_ENV, SMTP_INSECURE, tls) => {
  expect(tlsOf({ NODE_ENV, SMTP_INSECURE } as Config)).toBe(tls);
});
