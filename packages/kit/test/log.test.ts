import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from '../src/log.js';

function written(...entry: [object, string]): string {
  let text = '';
  const to = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  createLog('test', 'info', to).info(...entry);
  return text;
}

test.each(['password', 'refreshToken', 'authorization', 'email', 'body'])(
  '%s never reaches the log, at the top or further in',
  (name) => {
    for (const entry of [
      { [name]: 'private' },
      { request: { [name]: 'private' } },
      { a: { b: { [name]: 'private' } } },
    ]) {
      expect(written(entry, 'said')).not.toContain('private');
    }
  },
);

test('a row that a constraint refused is not shown: PostgreSQL quotes it whole', () => {
  const refused = Object.assign(new Error('new row violates check constraint "users_roles_known"'), {
    code: '23514',
    detail: 'Failing row contains (ada@private.test, $argon2id$…).',
  });
  const text = written({ err: refused }, 'request failed');
  expect(text).toContain('users_roles_known');
  expect(text).not.toContain('private');
});
