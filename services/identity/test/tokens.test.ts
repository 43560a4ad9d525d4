import { createHmac, type webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createVerifier } from '@rollcall/kit/auth';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import request from 'supertest';
import { ensureSigningKey, openPrivateKey } from '../src/signing-keys.js';
import { newestSigningKey } from '../src/store/signing-keys.js';
import { issuer, keyrings, openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
let server: Server;
let jwksUrl: string;
beforeAll(async () => {
  identity = await openIdentity();
  server = createServer(identity.app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await identity.close();
});

const verify = (token: string) => createVerifier({ keys: jwksUrl, ...issuer })(token);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const published = async (): Promise<JWK[]> =>
  (await request(identity.app).get('/.well-known/jwks.json')).body.keys;
const signingKey = async () => {
  const newest = await newestSigningKey(identity.db, new Date());
  return { kid: newest!.kid, key: await openPrivateKey(keyrings.signing, newest!) };
};

test('an access token is verified by anybody with the published keys and nothing else', async () => {
  const { user, accessToken } = await identity.open('token@rollcall.test', { role: 'teacher' });
  const { payload, protectedHeader } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(jwksUrl)), {
    ...issuer,
    algorithms: ['ES256'],
  });
  expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
  expect(payload).toEqual({
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: user.id,
    roles: ['teacher'],
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 600,
  });
  await expect(verify(accessToken)).resolves.toEqual({ id: user.id, roles: ['teacher'] });
});

test('no two access tokens have the same id', async () => {
  const { accessToken, refreshToken } = await identity.open('jti@rollcall.test');
  const { body } = await identity.refresh(refreshToken).expect(200);
  expect(decodeJwt(body.accessToken).jti).not.toBe(decodeJwt(accessToken).jti);
});

test('the key set is public, cacheable, and has no private part', async () => {
  const answer = await request(identity.app).get('/.well-known/jwks.json').expect(200);
  expect(answer.headers['cache-control']).toBe('public, max-age=300');
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  for (const key of answer.body.keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  }
});

describe('a forged token is refused with 401', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: '01980000-0000-7000-8000-000000000001',
    roles: ['admin'],
    iat: now,
    exp: now + 600,
  };
  /** Rightly signed, with other claims. */
  const signed = async (changed: object, header: object = {}) => {
    const { kid, key } = await signingKey();
    return new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(key);
  };
  const hs256 = (secret: string, kid: string) => {
    const input = `${part({ alg: 'HS256', kid, typ: 'JWT' })}.${part(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const foreign = async (header: object) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign((await generateKeyPair('ES256')).privateKey);

  test('while the same token, not forged, is taken', async () => {
    await expect(verify(await signed({}))).resolves.toEqual({ id: claims.sub, roles: ['admin'] });
  });

  test.each<[string, () => Promise<string>]>([
    ['algorithm none', async () => `${part({ alg: 'none' })}.${part(claims)}.`],
    [
      'algorithm none under the right key id',
      async () => `${part({ alg: 'None', kid: (await signingKey()).kid })}.${part(claims)}.`,
    ],
    [
      'HS256 signed with the public key as PEM',
      async () => {
        const [jwk] = await published();
        return hs256(
          await exportSPKI((await importJWK(jwk!, 'ES256', { extractable: true })) as webcrypto.CryptoKey),
          jwk!.kid!,
        );
      },
    ],
    [
      'HS256 signed with the public key as JSON',
      async () => {
        const [jwk] = await published();
        return hs256(JSON.stringify(jwk), jwk!.kid!);
      },
    ],
    ['another issuer', () => signed({ iss: 'https://elsewhere.test' })],
    ['no issuer', () => signed({ iss: undefined })],
    ['another audience', () => signed({ aud: 'elsewhere' })],
    ['expired a minute ago', () => signed({ iat: now - 700, exp: now - 60 })],
    ['without an expiry', () => signed({ exp: undefined })],
    ['not valid yet', () => signed({ nbf: now + 300 })],
    ['without a subject', () => signed({ sub: undefined })],
    ['a subject that is no id', () => signed({ sub: 'admin' })],
    ['a role nobody has', () => signed({ roles: ['root'] })],
    ['roles that are a string', () => signed({ roles: 'admin' })],
    ['somebody else’s key under our key id', async () => foreign({ kid: (await signingKey()).kid })],
    ['somebody else’s key under its own id', () => foreign({ kid: 'mine' })],
    [
      'somebody else’s key sent along',
      async () => {
        const pair = await generateKeyPair('ES256', { extractable: true });
        const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: jwk.x!, y: jwk.y! } })
          .sign(pair.privateKey);
      },
    ],
    [
      'claims changed after signing',
      async () => {
        const [header, , signature] = (await signed({ roles: ['student'] })).split('.');
        return `${header}.${part(claims)}.${signature}`;
      },
    ],
    ['a signature cut off', async () => (await signed({})).replace(/\.[^.]+$/, '.')],
    ['no token at all', async () => 'a.b.c'],
  ])('%s', async (_rule, forge) => {
    await expect(verify(await forge())).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

test('the newest key signs, and tokens of the one before are still taken until it is retired', async () => {
  const { user, accessToken } = await identity.open('rotation@rollcall.test');
  const old = decodeProtectedHeader(accessToken).kid;
  await identity.db('signing_keys').update({ retired_at: new Date(), private_sealed: null });
  await ensureSigningKey(identity.db, keyrings.signing, identity.clock());
  await identity.db('signing_keys').where({ kid: old }).update({ retired_at: null });

  const { body } = await identity.login('rotation@rollcall.test').expect(200);
  expect(decodeProtectedHeader(body.accessToken).kid).not.toBe(old);
  expect(await published()).toHaveLength(2);
  await expect(verify(accessToken)).resolves.toMatchObject({ id: user.id });
  await expect(verify(body.accessToken)).resolves.toMatchObject({ id: user.id });

  await identity.db('signing_keys').where({ kid: old }).update({ retired_at: new Date() });
  await expect(verify(accessToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
});
