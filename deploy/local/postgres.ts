import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Run, runTask, SetupError, start } from './launcher.js';
import { freePort } from './ports.js';
import { type Account, type Binaries, canEnter, findBinaries, systemDir } from './postgres-binaries.js';
import { editBook, identify } from './processes.js';
import { say } from './progress.js';
import { checkoutMark, lastLines } from './state.js';

export interface DatabaseServer {
  /** Of a role that may create databases, naming the database to connect to for that. */
  url: string;
  /** For the screen: version and place. */
  label: string;
  /** Not ours alone: names on it carry the checkout's mark. */
  shared: boolean;
  /** Set when we started it: settles when it ends. */
  ended?: Promise<number | Error>;
}

export interface PostgresOptions {
  env: NodeJS.ProcessEnv;
  /** Under it the cluster and its log are kept. */
  dir: string;
  /** Gone after the run, and therefore not made to survive a power cut. */
  throwAway: boolean;
  /** Throw-away and yet as careful as one that is kept: for measurements. */
  durable?: boolean;
}

const START_MS = 30_000;

/** The server DATABASE_URL names, or one of our own. A server found by chance is left alone: its password is unknown. */
export async function findOrStartPostgres(run: Run, options: PostgresOptions): Promise<DatabaseServer> {
  const { DATABASE_URL } = options.env;
  if (DATABASE_URL) return useGiven(DATABASE_URL);
  return startEmbedded(run, options);
}

async function useGiven(value: string): Promise<DatabaseServer> {
  const url = withDatabase(value, new URL(value).pathname.slice(1) || 'postgres');
  try {
    const version = await ask(url, `select current_setting('server_version') as answer`);
    const { host } = new URL(url);
    return { url, label: `PostgreSQL ${version} (DATABASE_URL) on ${host}`, shared: true };
  } catch (error) {
    throw new SetupError(
      `DATABASE_URL is set, but the server cannot be used: ${(error as Error).message || error}\n` +
        'Start it, correct DATABASE_URL, or unset it to let Rollcall bring up its own.',
    );
  }
}

async function startEmbedded(run: Run, options: PostgresOptions): Promise<DatabaseServer> {
  const binaries = findBinaries();
  const home = clusterHome(options.dir, binaries.account);
  if (options.throwAway) editBook(run.bookFile, (book) => ({ ...book, remove: [...book.remove, home] }));
  const password = await ensureCluster(run, binaries, home);
  forgetDeadServer(join(home, 'data'));
  let failure = '';
  // A port can be taken between looking and listening; three such losses in a row are no accident.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort(5_440 + (Number.parseInt(checkoutMark, 16) % 50));
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const log = join(options.dir, 'logs/postgres.log');
    const ended = startServer(run, binaries, {
      home,
      port,
      log,
      careless: options.throwAway && !options.durable,
    });
    if (await answers(url, ended)) {
      return {
        url,
        label: `PostgreSQL ${major(binaries)} (embedded) on 127.0.0.1:${port}`,
        shared: false,
        ended,
      };
    }
    failure = lastLines(log);
    if (!failure.includes('Address already in use')) break;
  }
  throw new SetupError(`PostgreSQL did not start. The end of its log:\n${failure}`);
}

const major = ({ version }: Binaries) => version.split('.')[0];

/** Inside the checkout, unless the server's account may not go there: root's own home folder is closed to others. */
function clusterHome(dir: string, account: Account | undefined): string {
  mkdirSync(dir, { recursive: true });
  const inside = join(dir, 'postgres');
  if (!account || canEnter(dir, account)) return inside;
  const outside = join(systemDir, checkoutMark, dir.replace(/^.*\.rollcall\/?/, '') || '.', 'postgres');
  mkdirSync(dirname(outside), { recursive: true, mode: 0o755 });
  say(`PostgreSQL keeps its data in ${outside}: its account, ${account.name}, may not enter ${dir}`);
  return outside;
}

/** Makes the cluster when there is none; answers the superuser's password, which is kept beside it. */
async function ensureCluster(run: Run, binaries: Binaries, home: string): Promise<string> {
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  if (existsSync(join(data, 'PG_VERSION'))) {
    const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (found === major(binaries)) return readFileSync(passwordFile, 'utf8').trim();
    throw new SetupError(
      `The data in ${data} is of PostgreSQL ${found}, this is ${major(binaries)}. To drop it: npm run reset`,
    );
  }
  mkdirSync(home, { recursive: true });
  const password = randomBytes(16).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(binaries.account, home, passwordFile);
  const draft = join(home, 'data.new'); // renamed when whole: a killed initdb leaves no half cluster behind
  rmSync(draft, { recursive: true, force: true });
  const log = join(home, 'initdb.log');
  const code = await runTask(run, {
    name: 'initdb',
    command: binaries.initdb,
    // Unicode-aware upper and lower case with an order that no change of the system's locales can alter.
    args: [
      '-D',
      draft,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--no-sync',
    ].concat(['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']),
    cwd: '/',
    log,
    account: binaries.account,
  });
  if (code !== 0) throw new SetupError(`initdb failed:\n${lastLines(log)}`);
  renameSync(draft, data);
  return password;
}

function giveTo(account: Account | undefined, ...files: string[]): void {
  if (account) for (const file of files) chownSync(file, account.uid, account.gid);
  for (const folder of files.slice(0, 1)) chmodSync(folder, 0o700);
}

/** The id in its lock file may belong to another program by now, and then PostgreSQL refuses to start. */
function forgetDeadServer(data: string): void {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (!identify(pid)?.command.includes('postgres')) rmSync(lock);
}

interface ServerPlace {
  home: string;
  port: number;
  log: string;
  careless: boolean;
}

function startServer(run: Run, binaries: Binaries, { home, port, log, careless }: ServerPlace) {
  const forTests = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=400'];
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=', // its path may not exceed 107 bytes, a checkout's can
    ...(careless ? forTests : ['max_connections=200']),
  ];
  return start(run, {
    name: 'PostgreSQL',
    role: 'database',
    command: binaries.postgres,
    args: ['-D', join(home, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    cwd: '/',
    log,
    signal: careless ? 'SIGQUIT' : 'SIGINT',
    account: binaries.account,
  }).ended;
}

async function answers(url: string, ended: Promise<number | Error>): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + START_MS;
  while (!over && Date.now() < deadline) {
    try {
      await ask(url, 'select 1 as answer');
      return true;
    } catch {
      await sleep(25);
    }
  }
  return false;
}

/** One statement on a connection of its own: the column `answer` of its first row. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // the query in flight rejects with the same
  try {
    await client.connect();
    return (await client.query(sql)).rows[0]?.answer;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

/** Names are made by us from letters, digits and underscores; create database takes no parameters. */
export async function ensureDatabase(server: DatabaseServer, name: string): Promise<string> {
  const exists = await ask(server.url, `select 1 as answer from pg_database where datname = '${name}'`);
  if (exists === undefined) await ask(server.url, `create database ${name}`);
  return withDatabase(server.url, name);
}

export const databaseName = (service: string, { shared }: Pick<DatabaseServer, 'shared'>): string =>
  shared ? `rollcall_${checkoutMark}_${service}` : `rollcall_${service}`;
