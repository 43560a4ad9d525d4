import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Run, SetupError, start } from './launcher.js';
import { freePort } from './ports.js';
import { addRecord, childrenOf, editBook, identify, type ProcessRecord } from './processes.js';
import type { Broker, BrokerOptions } from './rabbitmq.js';
import { probe } from './rabbitmq-probe.js';
import { checkoutMark, lastLines } from './state.js';

export interface BrokerPrograms {
  server: string;
  epmd: string;
  /** Added to the environment of both: where an unpacked Erlang is. */
  env: NodeJS.ProcessEnv;
  /** For the screen. */
  origin: string;
}

/** A broker opens its port 5 s after its start on two cores; a loaded machine was seen to take 20 s. */
const START_MS = 60_000;

/** Debian's rabbitmq-server on PATH changes to another user; the script behind it does not. */
const SCRIPTS = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/usr/sbin'];

export async function installedBroker(env: NodeJS.ProcessEnv): Promise<BrokerPrograms | string> {
  const path = (env.PATH ?? '').split(delimiter);
  const server = findProgram('rabbitmq-server', [...SCRIPTS, ...path]);
  if (!server) return 'no rabbitmq-server is installed';
  const epmd = findProgram('epmd', [...path, '/usr/lib/erlang/bin', '/opt/homebrew/bin', '/usr/local/bin']);
  if (!epmd) return `${server} is installed, but Erlang's epmd is not on PATH`;
  return { server, epmd, env: {}, origin: 'installed here, private node' };
}

function findProgram(name: string, folders: string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A node that shares nothing with another: own name server, ports, data, logs, cookie, settings and user. */
export async function startNode(run: Run, programs: BrokerPrograms, options: BrokerOptions): Promise<Broker> {
  const home = join(options.dir, 'rabbitmq');
  if (options.throwAway) editBook(run.bookFile, (book) => ({ ...book, remove: [...book.remove, home] }));
  const password = prepareHome(home);
  const offset = Number.parseInt(checkoutMark, 16) % 50;
  const port = options.port ?? (await freePort(5_680 + offset));
  const names = await freePort(4_380 + offset);
  const env = nodeEnvironment(home, { port, names, distribution: await freePort(25_680 + offset) });
  const log = join(options.dir, 'logs/rabbitmq.log');
  const shared = { env: { ...process.env, ...env, ...programs.env }, cwd: home, log };
  // In the foreground and by us: the one a broker starts for itself leaves its group and stays behind.
  start(run, {
    ...shared,
    name: 'epmd',
    role: 'names',
    command: programs.epmd,
    args: ['-port', String(names), '-address', '127.0.0.1'],
  });
  const signal = options.throwAway ? 'SIGKILL' : 'SIGTERM';
  const node = start(run, {
    ...shared,
    name: 'RabbitMQ',
    role: 'broker',
    command: programs.server,
    args: [],
    signal,
  });
  const url = `amqp://rollcall:${password}@127.0.0.1:${port}`;
  const version = await answers(url, node.ended, log);
  adoptChildren(run, node.record);
  return {
    url,
    label: `RabbitMQ ${version} (${programs.origin}) on 127.0.0.1:${port}`,
    shared: false,
    ended: node.ended,
  };
}

function prepareHome(home: string): string {
  mkdirSync(join(home, 'home'), { recursive: true, mode: 0o700 });
  const passwordFile = join(home, 'password');
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  const password = readFileSync(passwordFile, 'utf8').trim();
  const settings = [
    'default_user = rollcall',
    `default_pass = ${password}`,
    'log.console = false',
    // 512 MB a node by default, kept in memory until it is full.
    'raft.wal_max_size_bytes = 64000000',
  ];
  writeFileSync(join(home, 'rabbitmq.conf'), `${settings.join('\n')}\n`, { mode: 0o600 });
  writeFileSync(join(home, 'enabled_plugins'), '[].\n');
  writeFileSync(join(home, 'env.conf'), '');
  return password;
}

function nodeEnvironment(home: string, ports: { port: number; names: number; distribution: number }) {
  return {
    HOME: join(home, 'home'),
    ERL_EPMD_PORT: String(ports.names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'rollcall@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.port),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'env.conf'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
  };
}

/** The version, once the node lets us in. */
async function answers(url: string, ended: Promise<number | Error>, log: string): Promise<string> {
  let over: number | Error | undefined;
  void ended.then((result) => {
    over = result;
  });
  const deadline = Date.now() + START_MS;
  while (over === undefined && Date.now() < deadline) {
    try {
      return await probe(url);
    } catch {
      await sleep(100);
    }
  }
  const why =
    over instanceof Error ? over.message : over === undefined ? 'no answer in 60 s' : `exit code ${over}`;
  throw new SetupError(`RabbitMQ did not start (${why}). The end of its log:\n${lastLines(log)}`);
}

/** The start script waits beside the node: should only the script be killed, the node is still known by its own id. */
function adoptChildren(run: Run, parent: ProcessRecord): void {
  for (const pid of childrenOf(parent.pid)) {
    const identity = identify(pid);
    if (identity) addRecord(run.bookFile, { ...parent, ...identity, pid });
  }
}
