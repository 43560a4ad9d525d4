import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { scenarios } from '../class/scenarios.js';
import { runProgram } from '../program.js';

let said: string[];
let folder: string;
beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const play = (...options: string[]) =>
  runProgram(['class', 'play', '--session', '01890000-0000-7000-8000-000000000000', ...options], {});

test('a class of which nothing is delivered is refused at once, instead of waited for', async () => {
  expect(await play('--deliveries', '0')).toBe(2);
  expect(said.join('')).toContain('a whole number from 1 to 10');
});

test('the scenarios are listed, each with its sentence', async () => {
  expect(await runProgram(['class', 'scenarios'], {})).toBe(0);
  const lines = said.join('').trim().split('\n');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
    Object.entries(scenarios).map(([name, { says }]) => [name, says]),
  );
});

test.each(['no-such-class', 'constructor'])('the name %s is answered with those there are', async (name) => {
  expect(await play('--scenario', name)).toBe(2);
  expect(said.join('')).toContain('full-class, boundary');
});

test.each([
  ['{', 'is no JSON'],
  ['{"teacher": 5}', 'teacher: '],
])('a file with %s is refused with what is wrong', async (text, words) => {
  const file = join(folder, 'mine.json');
  writeFileSync(file, text);
  expect(await play('--scenario', file)).toBe(2);
  expect(said.join('')).toContain(words);
});
