import { afterEach, expect, jest, test } from '@jest/globals';
import { refuseArguments } from '../no-arguments.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function answerTo(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  return { code: refuseArguments(args, 'what it does'), out: out.join(''), err: err.join('') };
}

test('a command without arguments is done', () => {
  expect(answerTo()).toEqual({ code: undefined, out: '', err: '' });
});

test('asked for help, it says what it does and does nothing', () => {
  expect(answerTo('--help')).toEqual({ code: 0, out: 'what it does\n', err: '' });
});

test('what it does not understand it does not do', () => {
  expect(answerTo('--force')).toEqual({
    code: 2,
    out: '',
    err: 'No arguments, please: --force\nwhat it does\n',
  });
});
