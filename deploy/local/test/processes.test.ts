import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Book, identify, isRunning, type Role, startProcess, stopBook } from '../processes.js';
import { readJson, writeJson } from '../state.js';

const sleeper = fileURLToPath(new URL('fixtures/sleeper.mjs', import.meta.url));
let dir: string;
let bookFile: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rollcall-processes-'));
  bookFile = join(dir, 'book.json');
  writeJson(bookFile, {
    launcher: { pid: 1, started: '', command: '' },
    processes: [],
    remove: [],
  } satisfies Book);
});

afterEach(async () => {
  await stopBook(bookFile, { patience: 0 });
  rmSync(dir, { recursive: true, force: true });
});

async function startSleeper(name: string, role: Role, manner = 'willing') {
  const log = join(dir, `${name}.log`);
  const started = startProcess(bookFile, {
    name,
    role,
    command: process.execPath,
    args: [sleeper, name, log, manner],
  });
  while (!existsSync(log)) await sleep(10);
  return started;
}

test('an id that now runs another command is left alone', async () => {
  const stranger = spawn(process.execPath, [sleeper, 'stranger', join(dir, 'stranger.log')], {
    detached: true,
  });
  const ours = await startSleeper('ours', 'service');
  const book = readJson<Book>(bookFile)!;
  const identity = identify(stranger.pid!)!;
  const wrongCommand = { ...ours.record, ...identity, pid: stranger.pid!, command: 'node other.js' };
  const earlierLife = { ...ours.record, ...identity, pid: stranger.pid!, started: 'before' };
  writeJson(bookFile, { ...book, processes: [wrongCommand, earlierLife, ours.record] });

  await stopBook(bookFile);

  expect(identify(stranger.pid!)).toEqual(identity);
  expect(isRunning(ours.record)).toBe(false);
  stranger.kill('SIGKILL');
});

test('what does not end when asked is killed once its time is up', async () => {
  const { record, ended } = await startSleeper('stubborn', 'service', 'stubborn');
  const began = Date.now();
  await stopBook(bookFile, { patience: 300 });
  expect(await ended).not.toBe(0);
  expect(isRunning(record)).toBe(false);
  expect(Date.now() - began).toBeGreaterThanOrEqual(300);
  expect(readFileSync(join(dir, 'stubborn.log'), 'utf8')).toContain('stubborn\n'); // it was asked
});

test('what a stopped shell has started ends with it', async () => {
  const script = `${process.execPath} ${sleeper} inner ${join(dir, 'inner.log')} stubborn & echo $! > ${dir}/pid; wait`;
  const shell = startProcess(bookFile, {
    name: 'shell',
    role: 'broker',
    command: '/bin/sh',
    args: ['-c', script],
  });
  while (!existsSync(join(dir, 'inner.log'))) await sleep(10);
  const inner = Number(readFileSync(join(dir, 'pid'), 'utf8'));
  expect(identify(inner)).toBeDefined();

  await stopBook(bookFile, { patience: 1_000 });

  await shell.ended;
  while (identify(inner)) await sleep(10);
});

test('a process that ends by itself leaves the book', async () => {
  const { ended } = startProcess(bookFile, {
    name: 'short',
    role: 'task',
    command: '/bin/sh',
    args: ['-c', 'exit 3'],
  });
  expect(await ended).toBe(3);
  expect(readJson<Book>(bookFile)?.processes).toEqual([]);
});

test('a command that does not exist is an answer, not a crash', async () => {
  const { ended } = startProcess(bookFile, {
    name: 'none',
    role: 'task',
    command: '/no/such/program',
    args: [],
  });
  expect(await ended).toMatchObject({ code: 'ENOENT' });
});
