import { expect, test } from '@jest/globals';
import { DomainError } from '../src/errors.js';
import { checkMatch, etag } from '../src/etag.js';

const current = etag(2);

test.each([
  ['no If-Match at all', undefined],
  ['the state as it is', '"2"'],
  ['any state', '*'],
  ['one of several states', '"1", "2"'],
])('%s lets a change through', (_what, header) => {
  expect(() => checkMatch(header, current)).not.toThrow();
});

test.each([
  ['an older state', '"1"'],
  ['a weak name of the state', 'W/"2"'],
  ['a state without its quotes', '2'],
  ['nothing', ''],
])('%s is a lost update', (_what, header) => {
  const attempt = () => checkMatch(header, current);
  expect(attempt).toThrow(DomainError);
  expect(attempt).toThrow('changed-meanwhile');
});
