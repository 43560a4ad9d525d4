import { afterEach, expect, jest, test } from '@jest/globals';
import { runProgram } from '../program.js';

afterEach(() => {
  jest.restoreAllMocks();
});

test('a class of which nothing is delivered is refused at once, instead of waited for', async () => {
  const said: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const session = ['--session', '01890000-0000-7000-8000-000000000000'];
  expect(await runProgram(['class', 'play', ...session, '--deliveries', '0'], {})).toBe(2);
  expect(said.join('')).toContain('a whole number from 1 to 10');
});
