import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Run, runTask } from './launcher.js';
import { say } from './progress.js';
import type { BrokerOptions } from './rabbitmq.js';
import type { BrokerPrograms } from './rabbitmq-node.js';
import { lastLines, stateDir } from './state.js';

/**
 * The distribution's own packages, downloaded with its own signatures and unpacked into a cache of the user: no root,
 * nothing installed. Tried on Debian 12: 33 MB down, 58 MB unpacked, 9 s from nothing to an open port.
 */
export async function unpackDebianBroker(run: Run, { env }: BrokerOptions): Promise<BrokerPrograms | string> {
  if (!['apt-get', 'apt-cache', 'dpkg-deb'].every(hasProgram)) return 'this is no Debian or Ubuntu with apt';
  const target = join(cacheDir(env), `rabbitmq-${release()}-${arch()}`);
  if (!existsSync(target)) {
    say('downloading RabbitMQ from the distribution (33 MB, once)');
    const failure = await fetchInto(run, target);
    if (failure) return failure;
  }
  return programsIn(target);
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Where a user keeps such things; a user without a home has the checkout. */
function cacheDir(env: NodeJS.ProcessEnv): string {
  const wanted = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rollcall');
  try {
    mkdirSync(wanted, { recursive: true });
    accessSync(wanted, constants.W_OK);
    return wanted;
  } catch {
    return join(stateDir, 'cache');
  }
}

function release(): string {
  const fields = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(fields)?.[1];
  return `${field('ID') ?? 'linux'}-${field('VERSION_CODENAME') ?? field('VERSION_ID') ?? 'any'}`;
}

/** Why it failed, or undefined. The folder appears under its name only when whole. */
async function fetchInto(run: Run, target: string): Promise<string | undefined> {
  const draft = `${target}.${process.pid}`;
  const log = join(draft, 'fetch.log');
  const apt = prepareApt(draft);
  const sh = (name: string, command: string, args: string[], cwd = draft) =>
    runTask(run, { name, command, args, cwd, log, env: { ...process.env, LC_ALL: 'C' } });
  try {
    // Its exit code says little: one dead third-party source fails it. What counts is whether the download works.
    await sh('apt-get update', 'apt-get', [...apt, 'update', '-q']);
    const names = wantedPackages(apt);
    if (names.length === 0) return 'the package lists of this machine name no rabbitmq-server';
    const packages = join(draft, 'packages');
    mkdirSync(packages);
    if ((await sh('apt-get download', 'apt-get', [...apt, 'download', '-q', ...names], packages)) !== 0) {
      return `downloading RabbitMQ with apt-get failed: ${lastLines(log, 3)}`;
    }
    for (const file of readdirSync(packages)) {
      const args = ['-x', join(packages, file), join(draft, 'root')];
      if ((await sh('dpkg-deb', 'dpkg-deb', args)) !== 0)
        return `unpacking ${file} failed: ${lastLines(log, 3)}`;
    }
    relocateErlang(join(draft, 'root'), join(target, 'root'));
    for (const folder of ['packages', 'apt']) rmSync(join(draft, folder), { recursive: true, force: true });
    if (!existsSync(target)) renameSync(draft, target);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Options that make apt-get keep its lists in a folder of ours and read only the distribution's own sources. */
function prepareApt(draft: string): string[] {
  const home = join(draft, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'sources']) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  for (const name of ['sources.list', 'sources.list.d/debian.sources', 'sources.list.d/ubuntu.sources']) {
    const source = join('/etc/apt', name);
    if (existsSync(source))
      symlinkSync(
        source,
        join(home, 'sources', name.replace('sources.list.d/', '').replace('sources.list', 'main.list')),
      );
  }
  const settings = {
    'Dir::State::Lists': join(home, 'lists'),
    'Dir::Cache': join(home, 'cache'),
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(home, 'sources'),
    'APT::Sandbox::User': 'root', // _apt may not enter a closed home folder
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** rabbitmq-server, the parts of Erlang it depends on, and those shared libraries of Erlang the machine is without. */
function wantedPackages(apt: string[]): string[] {
  const flags = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const list = spawnSync('apt-cache', [...apt, 'depends', '--recurse', ...flags, 'rabbitmq-server'], {
    encoding: 'utf8',
    maxBuffer: 32 * 1024 * 1024,
  });
  const all = list.stdout.split('\n').filter((line) => /^[a-z]/.test(line));
  if (!all.includes('rabbitmq-server')) return [];
  const erlang = all.filter((name) => name.startsWith('erlang-') && !/hipe|abi/.test(name));
  const libraries = ['libssl3', 'libssl3t64', 'libstdc++6', 'libtinfo6', 'libsystemd0', 'libsctp1', 'zlib1g'];
  return [
    'rabbitmq-server',
    ...erlang,
    ...libraries.filter((name) => all.includes(name) && !isInstalled(name)),
  ];
}

function isInstalled(name: string): boolean {
  const status = spawnSync('dpkg-query', ['-s', name], { encoding: 'utf8' });
  return status.stdout.includes('Status: install ok installed');
}

/** The two start scripts of Erlang hold the folder it was built for. */
function relocateErlang(draft: string, root: string): void {
  const erlang = join(draft, 'usr/lib/erlang');
  const runtime = readdirSync(erlang).filter((name) => name.startsWith('erts-'));
  for (const folder of ['', ...runtime]) {
    const script = join(erlang, folder, 'bin/erl');
    const text = readFileSync(script, 'utf8');
    writeFileSync(
      script,
      text.replaceAll('ROOTDIR=/usr/lib/erlang', `ROOTDIR=${join(root, 'usr/lib/erlang')}`),
    );
  }
}

function programsIn(target: string): BrokerPrograms | string {
  const root = join(target, 'root');
  const erlang = join(root, 'usr/lib/erlang/bin');
  const server = join(root, 'usr/lib/rabbitmq/bin/rabbitmq-server');
  if (!existsSync(server)) return `${target} holds no RabbitMQ; remove it to have it downloaded again`;
  const libraries = ['usr/lib', 'lib'].flatMap((folder) => {
    const parent = join(root, folder);
    const triplets = existsSync(parent) ? readdirSync(parent).filter((name) => name.includes('-linux-')) : [];
    return triplets.map((name) => join(parent, name));
  });
  return {
    server,
    epmd: join(erlang, 'epmd'),
    env: {
      PATH: `${erlang}:${process.env.PATH ?? ''}`,
      ...(libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {}),
    },
    origin: `unpacked in ${dirname(target)}`,
  };
}
