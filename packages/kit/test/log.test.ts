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

test('of an error only its kind, its words, its way and its codes are shown, of each of several too', () => {
  const parsed = Object.assign(new Error('is no JSON'), { body: 'private', request: { headers: 'private' } });
  const refused = Object.assign(new Error('refused'), {
    detail: 'private',
    code: '23505',
    constraint: 'users_email',
  });
  const text = written({ err: new AggregateError([parsed, refused], 'both failed') }, 'request failed');
  for (const shown of ['both failed', 'is no JSON', 'log.test', '23505', 'users_email'])
    expect(text).toContain(shown);
  expect(text).not.toContain('private');
});

test.each([
  ['an e-mail address', 'no room for ada.private+x@mail.example.com here', 'no room for [redacted] here'],
  ['a token', 'refused eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl once', 'refused [redacted] once'],
  [
    'the credentials of an address',
    'cannot reach amqp://me:private@broker:5672/x',
    'cannot reach amqp://[redacted]@broker:5672/x',
  ],
  [
    'an e-mail address on a line of its own',
    'for\nada@private.test\u0001bob@private.test',
    'for\n[redacted]\u0001[redacted]',
  ],
  ['a token on a line of its own', 'for\neyJhbGciOi.eyJzdWIi.c2lnbmF0', 'for\n[redacted]'],
  ['and nothing else', 'at /app/node_modules/@rollcall/kit/dist/work.js:10 over http://wallet:3004/x', ''],
])('%s in words nobody foresaw is cut out', (_what, words, left) => {
  expect(JSON.parse(written({}, words)).msg).toBe(left || words);
});
