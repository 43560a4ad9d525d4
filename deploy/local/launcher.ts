import { type ChildProcess, spawn } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Book,
  identify,
  isRunning,
  type ProcessSpec,
  parentOf,
  type Started,
  startProcess,
  stopBook,
} from './processes.js';
import { say } from './progress.js';
import { readJson, stateDir, writeJson } from './state.js';

/** One run of the launcher: what it has started, and whether it was asked to stop. */
export interface Run {
  bookFile: string;
  stop: AbortSignal;
}

/** Something a person has to put right; printed without a stack. */
export class SetupError extends Error {}

export interface LaunchOptions {
  /** Only one run of this name at a time in a checkout. */
  exclusive?: 'start';
  dir?: string;
}

/** Runs `main`, and whatever way it ends leaves nothing running. Resolves to the exit code. */
export async function launch(
  main: (run: Run) => Promise<number>,
  options: LaunchOptions = {},
): Promise<number> {
  const dir = options.dir ?? stateDir;
  const lock = options.exclusive && join(dir, `${options.exclusive}.pid`);
  const stop = new AbortController();
  const bookFile = join(booksIn(dir), `${process.pid}.json`);
  let guard: ChildProcess | undefined;
  try {
    if (lock) claim(lock);
    await stopLeftovers(dir);
    if (lock && readJson<Identified>(lock)?.pid !== process.pid) throw alreadyRunning(lock);
    guard = openBook(bookFile);
    stopOnSignals(stop, bookFile);
    stopWithParents(stop);
    return await Promise.race([main({ bookFile, stop: stop.signal }), stopped(stop.signal)]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  } finally {
    stop.abort(130);
    await stopBook(bookFile, { say });
    guard?.stdin?.end();
    if (lock) release(lock);
  }
}

const stopped = (signal: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(typeof signal.reason === 'number' ? signal.reason : 130));
  });

/** Starts a process of this run; refused once the run is being stopped, when nothing would stop it any more. */
export function start(run: Run, spec: ProcessSpec): Started {
  if (run.stop.aborted) throw new SetupError(`not starting ${spec.name}: stopping`);
  return startProcess(run.bookFile, spec);
}

/** Runs a command to its end: its exit code, or 1 with the reason on the screen when it cannot be run. */
export async function runTask(run: Run, spec: Omit<ProcessSpec, 'role'>): Promise<number> {
  const result = await start(run, { ...spec, role: 'task' }).ended;
  if (typeof result === 'number') return result;
  process.stderr.write(`${spec.name}: ${result.message}\n`);
  return 1;
}

const booksIn = (dir: string) => join(dir, 'processes');

type Identified = Book['launcher'];

const self = (): Identified => ({ started: '', command: '', ...identify(process.pid), pid: process.pid });

/** Stops what launchers that died without their guard have left, and a run that died with its guard still at work. */
export async function stopLeftovers(dir: string): Promise<void> {
  mkdirSync(booksIn(dir), { recursive: true });
  for (const file of readdirSync(booksIn(dir)).filter((name) => name.endsWith('.json'))) {
    const book = readJson<Book>(join(booksIn(dir), file));
    // Its own id can be an earlier launcher's: the first process of a container always has the same.
    if (book && !isRunning(book.launcher)) await stopBook(join(booksIn(dir), file), { say });
  }
}

/** A book of this process's own, and its guard: close the guard's input once the book is stopped. */
export function openBook(bookFile: string, remove: string[] = []): ChildProcess {
  writeJson(bookFile, { launcher: self(), processes: [], remove } satisfies Book);
  return startGuard(bookFile);
}

function startGuard(bookFile: string): ChildProcess {
  const script = fileURLToPath(new URL('guard.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  const guard = spawn(process.execPath, ['--import', tsx, script, bookFile], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin?.on('error', () => undefined); // it may be gone before us
  guard.unref();
  return guard;
}

/** Takes a name for this process: the link is made whole or not at all, so two at once cannot both have it. */
function claim(file: string): void {
  const mine = `${file}.${process.pid}`;
  writeJson(mine, self());
  try {
    const holder = readJson<Identified>(file);
    if (holder && !isRunning(holder)) rmSync(file);
    linkSync(mine, file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? alreadyRunning(file) : error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function alreadyRunning(file: string): SetupError {
  const pid = readJson<Identified>(file)?.pid;
  return new SetupError(
    `Rollcall is already running from this checkout (process ${pid}). Stop it with Ctrl-C there, or: kill ${pid}`,
  );
}

export function holderOf(name: 'start', dir = stateDir): number | undefined {
  const holder = readJson<Identified>(join(dir, `${name}.pid`));
  return holder && isRunning(holder) ? holder.pid : undefined;
}

function release(file: string): void {
  if (readJson<Identified>(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** npm passes a terminal's Ctrl-C on, so one key press arrives twice within milliseconds: only a later one is a second. */
const SECOND_PRESS_MS = 700;

function stopOnSignals(stop: AbortController, bookFile: string): void {
  let first = 0;
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.on(signal, () => {
      if (first === 0) {
        first = Date.now();
        stop.abort(code);
      } else if (Date.now() - first > SECOND_PRESS_MS) {
        say('killing what is left');
        void stopBook(bookFile, { patience: 0 }).then(() => process.exit(code));
      }
    });
  }
}

/**
 * A killed npm takes neither its shell nor this process with it, so both are watched. Only under npm: a launcher put
 * into the background by a script is meant to outlive it.
 */
function stopWithParents(stop: AbortController): void {
  if (!process.env.npm_lifecycle_event) return;
  const parents = [process.ppid, parentOf(process.ppid)]
    .filter((pid): pid is number => pid !== undefined && pid > 1)
    .map((pid) => ({ pid, ...identify(pid) }))
    .filter(({ command }) => command !== undefined && /npm|^(\S*\/)?(ba|da|z)?sh -c/.test(command));
  const timer = setInterval(() => {
    if (parents.some(({ pid, started }) => identify(pid)?.started !== started)) stop.abort(129);
  }, 1_000);
  timer.unref();
}
