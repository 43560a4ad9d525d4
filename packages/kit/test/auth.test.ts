import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { z } from 'zod';
import { bearerOf, createVerifier, issuerOf, tokenOf } from '../src/auth.js';
import { readConfig, serviceSettings } from '../src/config.js';
import { newId } from '../src/id.js';

const issuer = 'https://issuer.test';
const audience = 'rollcall';
const id = newId();
type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

async function makeKey(alg: string, kid: string): Promise<{ key: PrivateKey; jwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signed now, good for `from` to `to` seconds from now. */
function sign({ key, jwk }: { key: PrivateKey; jwk: JWK }, { from = 0, to = 600, claims = {} } = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ sub: id, roles: ['student'], ...claims })
    .setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid! })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now + from)
    .setNotBefore(now + from)
    .setExpirationTime(now + to)
    .sign(key);
}

describe('a token of the issuer', () => {
  test.each(['ES256', 'EdDSA', 'RS256'])('may be signed with %s', async (alg) => {
    const pair = await makeKey(alg, 'k');
    const verify = createVerifier({ keys: { keys: [pair.jwk] }, issuer, audience });
    await expect(verify(await sign(pair))).resolves.toEqual({ id, roles: ['student'] });
  });

  test.each(['ES384', 'PS256', 'RS512'])(
    'may not be signed with %s, even where the key is published',
    async (alg) => {
      const pair = await makeKey(alg, 'k');
      const verify = createVerifier({ keys: { keys: [pair.jwk] }, issuer, audience });
      await expect(verify(await sign(pair))).rejects.toMatchObject({ kind: 'unauthenticated' });
    },
  );

  test.each<[string, { from?: number; to?: number }, string | undefined]>([
    ['25 s past its end, by a clock behind ours, is taken', { from: -600, to: -25 }, undefined],
    ['35 s past its end has expired', { from: -600, to: -35 }, 'token-expired'],
    ['from 25 s ahead, by a clock before ours, is taken', { from: 25 }, undefined],
    ['from 35 s ahead is refused', { from: 35 }, 'invalid-token'],
  ])('%s', async (_rule, times, code) => {
    const pair = await makeKey('ES256', 'k');
    const verify = createVerifier({ keys: { keys: [pair.jwk] }, issuer, audience });
    const verified = verify(await sign(pair, times));
    if (code === undefined) await expect(verified).resolves.toMatchObject({ id });
    else await expect(verified).rejects.toMatchObject({ kind: 'unauthenticated', code });
  });

  test('names one id, whatever the case it is written in', async () => {
    const pair = await makeKey('ES256', 'k');
    const verify = createVerifier({ keys: { keys: [pair.jwk] }, issuer, audience });
    await expect(verify(await sign(pair, { claims: { sub: id.toUpperCase() } }))).resolves.toMatchObject({
      id,
    });
  });
});

describe('the issuer’s keys', () => {
  let server: Server;
  let url: string;
  let keys: JWK[];
  let asked: number;
  let status: number;
  beforeEach(async () => {
    [keys, asked, status] = [[], 0, 200];
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  /** Puts the clock forward that the age of the keys is told by; tokens keep the true one. */
  const later = (seconds: number) => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);
  };

  test('are fetched once for any number of tokens', async () => {
    const pair = await makeKey('ES256', 'one');
    keys = [pair.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    const token = await sign(pair);
    await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    expect(asked).toBe(1);
  });

  test('are fetched again for a key that is new', async () => {
    const [first, second] = [await makeKey('ES256', 'first'), await makeKey('ES256', 'second')];
    keys = [first.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    await verify(await sign(first));
    keys = [second.jwk, first.jwk];
    later(6);
    await expect(verify(await sign(second))).resolves.toMatchObject({ id });
    await expect(verify(await sign(first))).resolves.toMatchObject({ id });
  });

  test('are not fetched for each token with an invented key id', async () => {
    const pair = await makeKey('ES256', 'known');
    keys = [pair.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    await verify(await sign(pair));
    for (let turn = 0; turn < 20; turn += 1) {
      const invented = { ...pair, jwk: { ...pair.jwk, kid: `invented-${turn}` } };
      await expect(verify(await sign(invented))).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
    expect(asked).toBe(1);
  });

  test.each<[string, () => void]>([
    ['answers 500', () => (status = 500)],
    ['is not there', () => server.close()],
  ])('that were never fetched are a 503 when their server %s, not a 401', async (_rule, break_) => {
    const pair = await makeKey('ES256', 'k');
    break_();
    const verify = createVerifier({ keys: url, issuer, audience });
    await expect(verify(await sign(pair))).rejects.toMatchObject({
      kind: 'unavailable',
      more: { retryAfter: 5 },
    });
  });

  test('are used on when they are old and their server is away', async () => {
    const [pair, stranger] = [await makeKey('ES256', 'k'), await makeKey('ES256', 'k')];
    keys = [pair.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    const [good, forged] = [await sign(pair), await sign(stranger)];
    await verify(good);
    status = 500;
    later(3600);
    await expect(verify(good)).resolves.toMatchObject({ id });
    await expect(verify(forged)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(asked).toBe(2);
  });

  test('that are old say nothing of a key they do not have: 503 until their server is back, not a 401', async () => {
    const [first, second] = [await makeKey('ES256', 'first'), await makeKey('ES256', 'second')];
    keys = [first.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    const [known, fresh] = [await sign(first), await sign(second)];
    await verify(known);
    status = 500;
    later(3600);
    for (let turn = 0; turn < 3; turn += 1)
      await expect(verify(fresh)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(asked).toBe(2);
    [status, keys] = [200, [second.jwk, first.jwk]];
    jest.restoreAllMocks();
    later(3600 + 31);
    await expect(verify(fresh)).resolves.toMatchObject({ id });
  });

  test('are used on meanwhile without asking again for each token, and fetched when their server is back', async () => {
    const pair = await makeKey('ES256', 'k');
    keys = [pair.jwk];
    const verify = createVerifier({ keys: url, issuer, audience });
    const token = await sign(pair);
    await verify(token);
    status = 500;
    later(3600);
    for (let turn = 0; turn < 20; turn += 1) await verify(token);
    expect(asked).toBe(2);
    status = 200;
    jest.restoreAllMocks();
    later(3600 + 31);
    await verify(token);
    expect(asked).toBe(3);
  });
});

test.each<[string, string | undefined]>([
  ['Bearer a.b.c', 'a.b.c'],
  ['bearer a.b.c', 'a.b.c'],
  ['  Bearer a.b.c ', 'a.b.c'],
])('%j carries a token', (header, token) => {
  expect(bearerOf(header)).toBe(token);
});

test.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'a.b.c', '', `Bearer ${'x'.repeat(8001)}`])(
  '%j is a 401',
  (header) => {
    expect(() => bearerOf(header)).toThrow(expect.objectContaining({ kind: 'unauthenticated' }));
  },
);

test('a public route that changes something is judged by its body alone, any other by the token it is sent', () => {
  expect(tokenOf('public', 'POST', 'Bearer expired.or.not')).toBeUndefined();
  expect(tokenOf('public', 'post', 'nonsense')).toBeUndefined();
  expect(tokenOf('public', 'GET', 'Bearer a.b.c')).toBe('a.b.c');
  expect(tokenOf('any', 'POST', 'Bearer a.b.c')).toBe('a.b.c');
  expect(tokenOf(['admin'], 'POST', 'Bearer a.b.c')).toBe('a.b.c');
});

describe('an issuer other than identity, by settings alone', () => {
  const reading = (env: Record<string, string>) =>
    issuerOf(
      readConfig(z.object(serviceSettings), {
        ...{ PORT: '1', DATABASE_URL: 'x', AMQP_URL: 'x', AUTH_JWKS_URL: 'http://keys.test/' },
        ...{ AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience },
        ...env,
      }),
    );
  /** A token of that issuer with these claims, read with these settings. */
  const read = async (env: Record<string, string>, claims: object) => {
    const pair = await makeKey('RS256', 'theirs');
    const verify = createVerifier({ ...reading(env), keys: { keys: [pair.jwk] } });
    return verify(await sign(pair, { claims: { roles: undefined, ...claims } }));
  };
  const nested = { AUTH_CLAIM_ROLES: 'realm_access.roles', AUTH_CLAIM_USER_ID: 'app.user' };

  test('keeps id and roles where it likes, also deeper', async () => {
    const claims = { sub: 'auth0|1', realm_access: { roles: ['teacher', 'admin'] }, app: { user: id } };
    await expect(read(nested, claims)).resolves.toEqual({ id, roles: ['teacher', 'admin'] });
  });

  test('may have dots in the name of a claim', async () => {
    const env = { AUTH_CLAIM_ROLES: 'https://app.test/roles' };
    await expect(read(env, { 'https://app.test/roles': ['finance'] })).resolves.toEqual({
      id,
      roles: ['finance'],
    });
  });

  test('may give roles of other applications too, which are no roles here', async () => {
    const roles = ['offline_access', 'student', 'uma_authorization'];
    await expect(read({}, { roles })).resolves.toEqual({ id, roles: ['student'] });
  });

  test.each<[string, Record<string, string>, object]>([
    ['none but roles of others', {}, { roles: ['offline_access'] }],
    ['no list of roles', {}, {}],
    ['roles somewhere else', nested, { roles: ['admin'], app: { user: id } }],
    ['a path that ends early', nested, { realm_access: 'admin', app: { user: id } }],
    ['a path into what every object has', { AUTH_CLAIM_ROLES: 'constructor.name' }, { roles: ['admin'] }],
    ['an id that is no UUID', {}, { sub: 'auth0|1', roles: ['admin'] }],
    ['no id where the settings say', nested, { realm_access: { roles: ['admin'] } }],
  ])('%s is a 401', async (_what, env, claims) => {
    await expect(read(env, claims)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
