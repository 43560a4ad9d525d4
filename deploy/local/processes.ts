import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './state.js';

/** In the order they are stopped: whoever uses a server before the server. */
const roles = ['task', 'service', 'broker', 'names', 'database'] as const;
export type Role = (typeof roles)[number];

/** When a process began and what it runs. Ids are reused, most of all in containers; id and these two together are not. */
export interface Identity {
  started: string;
  command: string;
}

export interface ProcessRecord extends Identity {
  name: string;
  role: Role;
  pid: number;
  /** What asks it to end: PostgreSQL waits for its clients on SIGTERM and not on SIGINT. */
  signal: NodeJS.Signals;
}

/** What one launcher started, on disk, so that another process can stop it when the launcher is gone. */
export interface Book {
  launcher: Identity & { pid: number };
  processes: ProcessRecord[];
  /** Throw-away folders, removed once every process has ended. */
  remove: string[];
}

export interface ProcessSpec {
  name: string;
  role: Role;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Where its output goes; without one it shares the launcher's. */
  log?: string;
  signal?: NodeJS.Signals;
  account?: { uid: number; gid: number } | undefined;
}

/** Undefined when no such process runs; one that has ended and was not yet collected counts as not running. */
export function identify(pid: number): Identity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

function identifyByProc(pid: number): Identity | undefined {
  try {
    // Fields after the closing bracket of the name: state is the first, the start in ticks since boot the twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' || command === '' ? undefined : { started: `${boot}:${fields[19]}`, command };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): Identity | undefined {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    // lstart is always five words: Fri Nov 20 17:00:00 2026
    const [, started, command] = /^\s*((?:\S+\s+){5})(.*)$/.exec(line.trimEnd()) ?? [];
    return started && command ? { started: started.trim(), command } : undefined;
  } catch {
    return undefined;
  }
}

/** The parent's id, or undefined when there is no such process. Images without procps have no ps. */
export function parentOf(pid: number): number | undefined {
  try {
    if (process.platform === 'linux') {
      return Number(
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[1],
      );
    }
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

export function childrenOf(parent: number): number[] {
  const all =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-A', '-o', 'pid='], { encoding: 'utf8' }).split('\n');
  return all.map(Number).filter((pid) => pid > 0 && parentOf(pid) === parent);
}

export function isRunning(record: Identity & { pid: number }): boolean {
  const now = identify(record.pid);
  return now !== undefined && now.started === record.started && now.command === record.command;
}

export interface Started {
  record: ProcessRecord;
  /** Settles when it has ended and never rejects: the exit code, or why it could not be run. */
  ended: Promise<number | Error>;
}

/**
 * Starts a process in its own group, so that Ctrl-C in the terminal reaches the launcher alone, and writes it into
 * the book before anything else can happen.
 */
export function startProcess(bookFile: string, spec: ProcessSpec): Started {
  const child = spawnDetached(spec);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  const { name, role, signal = 'SIGTERM' } = spec;
  const record = { name, role, signal, pid: child.pid ?? 0, ...(identity ?? { started: '', command: '' }) };
  if (identity) addRecord(bookFile, record);
  const ended = new Promise<number | Error>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code) => {
      removeRecord(bookFile, record);
      resolve(code ?? 1);
    });
  });
  return { record, ended };
}

function spawnDetached({ command, args, env, cwd, log, account }: ProcessSpec): ChildProcess {
  if (log) mkdirSync(dirname(log), { recursive: true });
  const output = log ? openSync(log, 'a') : 'inherit';
  try {
    return spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', output, output], ...account });
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}

export function addRecord(bookFile: string, record: ProcessRecord): void {
  editBook(bookFile, (book) => ({ ...book, processes: [...book.processes, record] }));
}

function removeRecord(bookFile: string, record: ProcessRecord): void {
  editBook(bookFile, (book) => ({
    ...book,
    processes: book.processes.filter(({ pid }) => pid !== record.pid),
  }));
}

export function editBook(bookFile: string, edit: (book: Book) => Book): void {
  const book = readJson<Book>(bookFile);
  if (book) writeJson(bookFile, edit(book));
}

export interface StopOptions {
  /** Milliseconds a process has to end by itself; RabbitMQ takes 6 s. 0 kills at once. */
  patience?: number;
  say?: (line: string) => void;
}

/** Stops what the book lists and nothing else, in order, then removes its folders and the book. */
export async function stopBook(
  bookFile: string,
  { patience = 15_000, say }: StopOptions = {},
): Promise<void> {
  const book = readJson<Book>(bookFile);
  if (!book) return;
  for (const role of roles) {
    const running = book.processes.filter((record) => record.role === role && isRunning(record));
    if (running.length === 0) continue;
    say?.(`stopping ${[...new Set(running.map(({ name }) => name))].join(', ')}`);
    await Promise.all(running.map((record) => stopProcess(record, patience)));
  }
  for (const folder of book.remove) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  rmSync(bookFile, { force: true });
}

export async function stopProcess(record: ProcessRecord, patience: number): Promise<void> {
  if (!isRunning(record)) return;
  if (patience > 0) send(record.pid, record.signal);
  await waitForEnd(record, patience);
  // Its group too, whose id cannot have been given away while a member lives: what a shell started outlives the shell.
  send(-record.pid, 'SIGKILL');
  await waitForEnd(record, 5_000);
}

async function waitForEnd(record: ProcessRecord, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline && isRunning(record)) await sleep(20);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
