import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createVerifier, type Verify } from '@rollcall/kit/auth';
import { newId } from '@rollcall/kit/id';
import { remember } from '@rollcall/kit/remember';
import { keyList } from '@rollcall/kit/sealed';
import { testApp, workOf } from '@rollcall/kit/testing';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { ACCESS_SECONDS } from '../src/domain/access.js';
import { PUBLISHED_AHEAD, VERIFIES_ON } from '../src/domain/key-rotation.js';
import { routes } from '../src/routes.js';
import { openPrivateKey } from '../src/signing-keys.js';
import { newestSigningKey } from '../src/store/signing-keys.js';
import { signerOf } from '../src/tokens.js';
import { tendKeys } from '../src/use-cases/tend-keys.js';
import { issuer, keyrings, openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
const servers: Server[] = [];
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(async () => {
  jest.useRealTimers();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await identity.close();
});

const clock = () => new Date();

/** A replica of identity that listens, and a service that keeps the keys it publishes. */
async function replica(): Promise<{ sign(): Promise<string>; verify: Verify; keeper: Verify }> {
  const context = { db: identity.db, issuer, passwords: identity.passwords, keyrings, clock };
  const server = createServer(await testApp(routes(context))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(server);
  const keys = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
  return {
    sign: async () => (await signerOf(context))({ id: newId(), roles: ['student'] }),
    verify: remember(createVerifier({ keys, ...issuer })),
    keeper: keeperOf(keys),
  };
}

/** Somebody who keeps the keys for as long as anybody may, and does not ask again for one that he does not know. */
function keeperOf(url: string): Verify {
  let [kept, until]: [Verify | undefined, number] = [undefined, 0];
  return async (token) => {
    if (kept === undefined || Date.now() >= until) {
      const keys = (await (await fetch(url)).json()) as JSONWebKeySet;
      [kept, until] = [createVerifier({ keys, ...issuer }), Date.now() + 600_000];
    }
    return kept(token);
  };
}

/** Makes a service ask for the keys whenever it may: the worst moment to have asked is just before a key is new. */
const invented = (token: string, turn: number): string => {
  const header = { alg: 'ES256', kid: `invented-${turn}` };
  return token.replace(/^[^.]+/, Buffer.from(JSON.stringify(header)).toString('base64url'));
};

/** Time is put forward by hand; timers go on as they are, for sockets and the database need them. */
const fakeDate = (now: number) =>
  jest.useFakeTimers({
    now,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });

const tick = () => workOf(identity.db, (work) => tendKeys(work, keyrings.signing), clock());

test('requests signed all through a rotation, by two replicas and read by two services, are never refused', async () => {
  const begin = Date.now();
  fakeDate(begin);
  const replicas = [await replica(), await replica()];
  const step = 4;
  const asked = 60;
  const last = PUBLISHED_AHEAD + VERIFIES_ON + 300;
  const signedBy = new Set<unknown>();
  const alive: { token: string; until: number }[] = [];
  for (let second = 0; second <= last; second += step) {
    jest.setSystemTime(begin + second * 1000);
    if (second === asked) await identity.db('signing_keys').update({ replace_asked_at: clock() });
    if (second % 60 === 0) await Promise.all([tick(), tick()]);
    const turn = (second / step) % 2;
    const token = await replicas[turn]!.sign();
    signedBy.add(decodeProtectedHeader(token).kid);
    alive.push({ token, until: second + ACCESS_SECONDS });
    while (alive[0]!.until <= second) alive.shift();
    const sample = [alive[0]!, alive[Math.floor(alive.length / 2)]!, alive.at(-1)!];
    // Whose keys are as old as they get was told them just before the new one was published.
    if (second >= asked - step) await Promise.all(sample.map((one) => replicas[0]!.keeper(one.token)));
    for (const { verify } of replicas) {
      await expect(verify(invented(token, second))).rejects.toMatchObject({ kind: 'unauthenticated' });
      await Promise.all(sample.map((one) => verify(one.token)));
    }
  }
  jest.useRealTimers();
  expect(signedBy.size).toBe(2);
  const published = await identity.db('signing_keys').whereNull('retired_at');
  expect(published.map(({ kid }) => kid)).toEqual([[...signedBy].at(-1)]);
}, 300_000);

test('a private key is sealed for its own id, and gone when the key is retired', async () => {
  const rows = await identity.db('signing_keys').orderBy('signs_from');
  const [retired, signing] = rows;
  expect([retired.private_sealed, retired.retired_at]).toEqual([null, expect.any(Date)]);
  expect(signing.private_sealed).toMatch(/^test\.[\w-]+$/);
  expect(JSON.stringify(rows)).not.toContain('"d"');
  const key = { kid: signing.kid, algorithm: 'ES256', privateSealed: signing.private_sealed };
  await expect(openPrivateKey(keyrings.signing, key)).resolves.toBeDefined();
  await expect(openPrivateKey(keyrings.signing, { ...key, kid: retired.kid })).rejects.toThrow();
  await expect(openPrivateKey(keyrings.letters, key)).rejects.toThrow();
});

test('a key sealed by an older key of the list is sealed anew, so that the older one may leave the list', async () => {
  const ring = (list: string) => keyList.parse(list);
  const fresh = Buffer.alloc(32, 'n').toString('base64');
  const old = `test:${Buffer.alloc(32, 's').toString('base64')}`;
  await workOf(identity.db, (work) => tendKeys(work, ring(`new:${fresh},${old}`)));
  const key = await newestSigningKey(identity.db, new Date(8_640_000_000_000));
  expect(key?.privateSealed).toMatch(/^new\./);
  await expect(openPrivateKey(ring(`new:${fresh}`), key!)).resolves.toBeDefined();
});
