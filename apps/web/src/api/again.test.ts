import { expect, test } from '@jest/globals';
import { NoAnswerError, ProblemError, UnexpectedAnswerError } from '@rollcall/contracts/client';
import { forgetKey, keyFor, mayHaveBeenDone } from './again.js';

const MINUTE = 60_000;

test('what was not answered goes again under its key, for ten minutes, whoever asks', () => {
  const key = keyFor('give 10.00', 0);
  expect(keyFor('give 10.00', 9 * MINUTE)).toBe(key);
  expect(keyFor('give 10.00', 11 * MINUTE)).not.toBe(key);
});

test('what is another, or was answered, has a key of its own', () => {
  const key = keyFor('give 20.00', 0);
  expect(keyFor('give 20.01', 0)).not.toBe(key);
  forgetKey('give 20.00');
  expect(keyFor('give 20.00', 0)).not.toBe(key);
});

const problem = (status: number, headers = {}) =>
  new ProblemError(new Response(null, { status, headers }), '{}');

test.each([
  ['no answer', new NoAnswerError('/x', undefined), true],
  ['an answer that this release does not understand', new UnexpectedAnswerError('/x', 201, ''), true],
  ['a failure of the server', problem(503), true],
  ['the first try still at it', problem(409, { 'retry-after': '1' }), true],
  ['a refusal', problem(422), false],
  ['a fault of our own', new TypeError('x'), false],
])('after %s it may have been done, or not', (_what, error, isSo) => {
  expect(mayHaveBeenDone(error)).toBe(isSo);
});
