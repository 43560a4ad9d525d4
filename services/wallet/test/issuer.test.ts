import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApp } from '@rollcall/kit/app';
import { createVerifier, issuerOf } from '@rollcall/kit/auth';
import { readConfig } from '@rollcall/kit/config';
import { newId } from '@rollcall/kit/id';
import { quietLog, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import request from 'supertest';
import { settings } from '../src/config.js';
import { routes } from '../src/routes.js';
import { migrations, registered, send, usd } from './fixtures.js';

const ISSUER = 'https://login.school.test/realms/main';

type Algorithm = 'RS256' | 'EdDSA' | 'ES256';
const pairs: Record<Algorithm, { publicKey: KeyObject; privateKey: KeyObject }> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};
const published = Object.entries(pairs).map(([kid, { publicKey }]) => ({
  ...publicKey.export({ format: 'jwk' }),
  ...{ kid, use: 'sig' },
}));

let test_: TestDatabase;
let keys: Server;
let app: ReturnType<typeof createApp>;

/** The wallet as a platform runs it that has its people elsewhere: nothing but settings says so. */
beforeAll(async () => {
  test_ = await testDatabase(migrations);
  keys = createServer((_request, response) => response.end(JSON.stringify({ keys: published })));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const config = readConfig(settings, {
    ...{ PORT: '0', DATABASE_URL: test_.url, AMQP_URL: 'amqp://unused' },
    AUTH_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/certs`,
    ...{ AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: 'lessons', AUTH_CLAIM_ROLES: 'realm_access.roles' },
  });
  const verify = createVerifier(issuerOf(config));
  app = createApp({ served: routes({ db: test_.db, config }), verify, log: quietLog });
});
afterAll(async () => {
  keys.closeAllConnections();
  await new Promise((resolve) => keys.close(resolve));
  await test_.close();
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sign(alg: Algorithm, sub: string, roles: string[], header: object = {}): string {
  const claims = {
    ...{ iss: ISSUER, aud: ['account', 'lessons'], sub, realm_access: { roles } },
    exp: Math.floor(Date.now() / 1000) + 300,
  };
  const input = `${part({ alg, kid: alg, ...header })}.${part(claims)}`;
  const key = pairs[alg].privateKey;
  const signature = signBytes(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

const credit = (by: string, id: string) =>
  request(app)
    .post(`/api/v1/admin/wallets/${id}/credit`)
    .set('authorization', `Bearer ${by}`)
    .send({ amount: 2500, currency: 'USD', reason: 'Sorry for the outage' });

test.each(['RS256', 'EdDSA', 'ES256'] as const)(
  'a token of another issuer, signed with %s, moves money as its roles allow',
  async (alg) => {
    const id = newId();
    await send(test_.db, registered(id));
    const student = sign(alg, id, ['offline_access', 'student']);
    expect((await credit(sign(alg, newId(), ['admin', 'default-roles']), id)).status).toBe(201);
    expect((await credit(student, id)).status).toBe(403);
    const wallet = await request(app).get('/api/v1/wallet').set('authorization', `Bearer ${student}`);
    expect([wallet.status, wallet.body.credits]).toEqual([200, usd(2500)]);
  },
);

test('a key of one algorithm signs for no other', async () => {
  const forged = sign('RS256', newId(), ['admin'], { kid: 'ES256' });
  expect((await credit(forged, newId())).status).toBe(401);
});
