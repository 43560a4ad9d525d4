import { describe, expect, test } from '@jest/globals';
import { isOutage } from '../src/database.js';

const failed = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('the database is away', () => {
  test.each([
    ['refusing connections', failed('ECONNREFUSED')],
    ['out of reach', failed('EHOSTUNREACH')],
    ['without a name', failed('EAI_AGAIN')],
    ['shutting down', failed('57P01')],
    ['starting', failed('57P03')],
    ['without room for another connection', failed('53300')],
    ['without room on its disk', failed('53100')],
    ['a standby now', failed('25006')],
    ['gone in the middle', new Error('Connection terminated unexpectedly')],
    ['silent', new Error('timeout expired')],
  ])('when it is %s: no message is to blame', (_what, error) => {
    expect(isOutage(error)).toBe(true);
  });

  test.each([
    ['a constraint that refuses', failed('23514')],
    ['a statement that is wrong', failed('42P01')],
    ['a statement that took too long', failed('57014')],
    ['a deadlock', failed('40P01')],
    ['what is no error', 'ECONNREFUSED'],
  ])('not by %s', (_what, error) => {
    expect(isOutage(error)).toBe(false);
  });
});
