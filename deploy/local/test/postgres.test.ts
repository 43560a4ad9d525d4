import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Run } from '../launcher.js';
import { ask, databaseName, ensureDatabase, findOrStartPostgres } from '../postgres.js';
import { canEnter, findBinaries, systemDir } from '../postgres-binaries.js';
import { type Book, stopBook } from '../processes.js';
import { checkoutMark, readJson, writeJson } from '../state.js';

const isRoot = process.getuid?.() === 0;
let dir: string;
let run: Run;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rollcall-postgres-'));
  chmodSync(dir, 0o755);
  run = openRun('book');
});

afterEach(async () => {
  for (const name of ['book', 'second']) await stopBook(join(dir, `${name}.json`));
  rmSync(dir, { recursive: true, force: true });
});

function openRun(name: string): Run {
  const bookFile = join(dir, `${name}.json`);
  writeJson(bookFile, {
    launcher: { pid: 1, started: '', command: '' },
    processes: [],
    remove: [],
  } satisfies Book);
  return { bookFile, stop: new AbortController().signal };
}

test('a cluster of our own keeps its data from one start to the next, and nobody enters without the password', async () => {
  const options = { env: {}, dir, throwAway: false };
  const first = await findOrStartPostgres(run, options);
  const url = await ensureDatabase(first, databaseName('wallet', first));
  expect(new URL(url).pathname).toBe('/rollcall_wallet');
  await ask(url, 'create table kept as select 7 as answer');
  const open = new URL(url);
  open.password = 'guess';
  await expect(ask(open.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  await stopBook(run.bookFile);

  const second = await findOrStartPostgres(openRun('second'), options);

  expect(await ask(await ensureDatabase(second, 'rollcall_wallet'), 'select answer from kept')).toBe(7);
});

test('a throw-away cluster is gone with its data when the run is stopped', async () => {
  const server = await findOrStartPostgres(run, { env: {}, dir, throwAway: true });
  const folders = readJson<Book>(run.bookFile)!.remove;
  expect(folders.every((folder) => existsSync(folder))).toBe(true);
  await stopBook(run.bookFile);
  expect(folders.some((folder) => existsSync(folder))).toBe(false);
  await expect(ask(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('DATABASE_URL that does not answer is said, and nothing is started', async () => {
  const env = { DATABASE_URL: 'postgres://someone@127.0.0.1:1/x' };
  await expect(findOrStartPostgres(run, { env, dir, throwAway: false })).rejects.toThrow(
    /DATABASE_URL is set[\s\S]*ECONNREFUSED/,
  );
  expect(readJson<Book>(run.bookFile)?.processes).toEqual([]);
});

test('databases on a server that is not ours alone carry the mark of the checkout', () => {
  expect(databaseName('wallet', { shared: true })).toBe(`rollcall_${checkoutMark}_wallet`);
});

const asRoot = isRoot ? test : test.skip;
asRoot(
  'under a folder closed to others, root keeps the data where the account of the server may go',
  async () => {
    const closed = join(dir, 'home');
    mkdirSync(closed, { mode: 0o700 });
    const { account } = findBinaries();
    expect(canEnter(closed, account!)).toBe(false);
    expect(canEnter(dir, account!)).toBe(true);

    const server = await findOrStartPostgres(run, { env: {}, dir: closed, throwAway: true });

    expect(await ask(server.url, 'select 1 as answer')).toBe(1);
    const [home = ''] = readJson<Book>(run.bookFile)!.remove;
    expect(home).toContain(join(systemDir, checkoutMark));
    rmSync(join(systemDir, checkoutMark, 'tmp'), { recursive: true, force: true });
  },
);
