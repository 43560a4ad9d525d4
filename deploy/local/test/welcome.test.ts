import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { welcome } from '../welcome.js';

const book = { gateway: 'http://127.0.0.1:3000', services: {}, databases: {}, amqp: '', prefix: '' };

/** The two lines that choose a session, run by a shell whose curl answers with these courses. */
function sessionChosenAmong(courses: unknown): string {
  const lines = welcome(book, 1)
    .split('\n')
    .filter((line) => /^ +(pick\(\)|session=)/.test(line));
  const script = ['curl() { printf %s "$COURSES"; }', ...lines, 'printf %s "$session"'].join('\n');
  const env = { ...process.env, COURSES: JSON.stringify(courses) };
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env });
}

test('the page that shows the letters is named where one does', () => {
  expect(welcome(book, 1)).not.toContain('Letters');
  const mail = { smtp: 'smtp://127.0.0.1:3008', page: 'http://127.0.0.1:3009' };
  expect(welcome({ ...book, mail }, 1)).toContain('shown, at http://127.0.0.1:3009\n');
});

test('the commands printed at the start choose a session that can still be bought, whatever was played before', () => {
  const first = { sessions: [{ id: 'one', status: 'completed' }] };
  const second = {
    sessions: [
      { id: 'two', status: 'live' },
      { id: 'three', status: 'scheduled' },
    ],
  };
  expect(sessionChosenAmong({ data: [first, second] })).toBe('three');
});
