import { expect, test } from '@jest/globals';
import type { Run } from '../launcher.js';
import { findOrStartRabbit, prefixOn, startPrivateRabbit, type Way } from '../rabbitmq.js';
import { checkoutMark } from '../state.js';

const run: Run = { bookFile: '/nowhere/book.json', stop: new AbortController().signal };
const broker = (label: string) => ({ url: 'amqp://x', label, shared: false });

function ways(open: string[]): { tried: string[]; among: Record<string, Way> } {
  const tried: string[] = [];
  const way =
    (name: string): Way =>
    async () => {
      tried.push(name);
      return open.includes(name) ? broker(name) : `${name} is closed`;
    };
  return { tried, among: { found: way('found'), installed: way('installed'), debian: way('debian') } };
}

const options = (env: NodeJS.ProcessEnv) => ({ env, dir: '/nowhere', throwAway: true });

test('a broker found is taken before an installed one, and that before a download', async () => {
  for (const [open, taken, tries] of [
    [['found', 'installed', 'debian'], 'found', 1],
    [['installed', 'debian'], 'installed', 2],
    [['debian'], 'debian', 3],
  ] as const) {
    const { tried, among } = ways([...open]);
    expect((await findOrStartRabbit(run, options({}), among)).label).toBe(taken);
    expect(tried).toEqual(['found', 'installed', 'debian'].slice(0, tries));
  }
});

test('without a way to a broker there is one screen with each reason and what can be done', async () => {
  const failure = findOrStartRabbit(run, options({}), ways([]).among);
  await expect(failure).rejects.toThrow(/found is closed[\s\S]*installed is closed[\s\S]*debian is closed/);
  await expect(failure).rejects.toThrow(/AMQP_URL=[\s\S]*docker run[\s\S]*brew install[\s\S]*apt install/);
});

test('without a way to a broker of its own a caller is told each reason and what to install', async () => {
  const { tried, among } = ways([]);
  const { installed, debian } = among;
  const failure = startPrivateRabbit(run, options({ AMQP_URL: 'amqp://x' }), {
    installed,
    debian,
  } as typeof among);
  await expect(failure).rejects.toThrow(/installed is closed[\s\S]*debian is closed[\s\S]*apt install/);
  expect(tried).toEqual(['installed', 'debian']);
});

test('AMQP_URL that does not answer is said, and nothing else is tried', async () => {
  const { tried, among } = ways(['found']);
  const env = { AMQP_URL: 'amqp://guest:guest@127.0.0.1:1' };
  await expect(findOrStartRabbit(run, options(env), among)).rejects.toThrow(
    /AMQP_URL is set[\s\S]*ECONNREFUSED/,
  );
  expect(tried).toEqual([]);
});

test('ROLLCALL_BROKER names the only way tried', async () => {
  const { tried, among } = ways(['found', 'installed']);
  const chosen = await findOrStartRabbit(run, options({ ROLLCALL_BROKER: 'installed' }), among);
  expect(chosen.label).toBe('installed');
  expect(tried).toEqual(['installed']);
});

test('two checkouts on one broker do not share queues; a node of our own needs no mark', () => {
  expect(prefixOn({ shared: true }, {})).toBe(`rollcall-${checkoutMark}.`);
  expect(prefixOn({ shared: false }, {})).toBe('rollcall.');
  expect(prefixOn({ shared: true }, { ROLLCALL_PREFIX: 'mine.' })).toBe('mine.');
});
