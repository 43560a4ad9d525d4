/** Bad input through the gateway: a clear problem that names the field, never a 500, nothing half done. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '@rollcall/contracts/problem';
import { newId } from '@rollcall/kit/id';
import { keyList, unseal } from '@rollcall/kit/sealed';
import { type CryptoKey, decodeJwt, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { checkInvariants } from './invariants.js';
import { buy, type Caller, demo, publishedCourse, type Session, studentWith, walletOf } from './story.js';
import { type System, startSystem } from './system.js';

const IDENTITY_KEYS = `e2e:${Buffer.alloc(32, 'e').toString('base64')}`;

let system: System;
let admin: Caller;
let teacher: Caller;
let student: Caller;
let session: Session;

beforeAll(async () => {
  system = await startSystem({ settings: { IDENTITY_KEYS } });
  admin = await demo(system.gateway, 'admin');
  teacher = await demo(system.gateway, 'teacher');
  student = await studentWith(system.gateway, admin, 1000);
  session = (await publishedCourse(teacher)).sessions[0]!;
});
afterAll(async () => {
  await system.stop();
});

interface Raw {
  readonly token?: string;
  readonly type?: string;
  readonly method?: string;
}

async function send(
  path: string,
  body: string | undefined,
  { token, type = 'application/json', method = 'POST' }: Raw = {},
) {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(`${system.gateway}/api/v1${path}`, { method, headers, body });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    problem: JSON.parse(text || '{}') as Problem,
  };
}

/** What every refusal has: a problem document with words, the request's id, and nothing of the inside. */
function isProblem({ status, type, problem }: Awaited<ReturnType<typeof send>>): void {
  expect(type).toContain('application/problem+json');
  expect(problem.status).toBe(status);
  expect(problem.type).toMatch(/^\/problems\/[a-z-]+$/);
  expect(problem.detail.length).toBeGreaterThan(10);
  expect(problem.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(problem)).not.toMatch(/select |insert |node_modules|at .*\.js:/i);
}

const credit = (change: Record<string, unknown>) =>
  JSON.stringify({ amount: 100, currency: 'USD', reason: 'test', ...change });

describe('amounts', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a float', { amount: 10.5 }, 'amount'],
    ['a negative amount', { amount: -1 }, 'amount'],
    ['nothing', { amount: 0 }, 'amount'],
    ['more than all the money there is', { amount: 1e15 }, 'amount'],
    ['an amount beyond the safe integers', { amount: 2 ** 53 }, 'amount'],
    ['an amount as text', { amount: '100' }, 'amount'],
    ['a currency that is none', { currency: 'XYZ' }, 'currency'],
    ['an unknown field', { bonus: true }, 'bonus'],
    ['an empty reason', { reason: '   ' }, 'reason'],
    ['NUL in text', { reason: 'a\0b' }, 'reason'],
    ['half of a surrogate pair', { reason: '\ud800' }, 'reason'],
  ])('%s is refused at its field', async (_what, change, field) => {
    const before = await walletOf(student);
    const answer = await send(`/admin/wallets/${student.id}/credit`, credit(change), { token: admin.token });
    expect(answer.status).toBe(400);
    isProblem(answer);
    expect(answer.problem.errors?.map(({ path }) => path)).toContain(field);
    expect(await walletOf(student)).toEqual(before);
  });
});

describe('bodies', () => {
  test.each<[string, string, number, Raw]>([
    ['broken JSON', '{"amount":', 400, {}],
    ['JSON that is no object', '[1]', 400, {}],
    ['another content type', 'amount=1', 415, { type: 'application/x-www-form-urlencoded' }],
    ['more than 100 kB', JSON.stringify({ reason: 'x'.repeat(200_000) }), 413, {}],
  ])('%s', async (_what, body, status, more) => {
    const answer = await send(`/admin/wallets/${student.id}/credit`, body, { token: admin.token, ...more });
    expect(answer.status).toBe(status);
    isProblem(answer);
  });
});

describe('ids', () => {
  test.each([
    ['/holds/not-an-id', 400],
    ['/courses/..%2f..%2fadmin', 400],
    ['/courses/%00', 400],
    [`/holds/${newId()}`, 404],
  ])('%s is answered with %i', async (path, status) => {
    const answer = await send(path, undefined, { token: student.token, method: 'GET' });
    expect(answer.status).toBe(status);
    isProblem(answer);
  });

  test("another student's hold and purchase are not there", async () => {
    const other = await studentWith(system.gateway, admin, 1000);
    const { body } = await buy(other, session);
    for (const path of [`/holds/${body.holds[0]?.id}`, `/enrollments/sessions/${body.id}`]) {
      const answer = await send(path, undefined, { token: student.token, method: 'GET' });
      expect(answer.status).toBe(404);
      isProblem(answer);
    }
  });
});

describe('tokens', () => {
  const forged: [string, () => Promise<string>][] = [
    ['none at all', async () => ''],
    ['words', async () => 'words'],
    ['alg none', async () => unsigned()],
    ['another key', async () => signed((await generateKeyPair('ES256')).privateKey, 'ES256')],
    ['another issuer', () => byIdentity({ iss: 'elsewhere' })],
    ['another audience', () => byIdentity({ aud: 'elsewhere' })],
    ['an hour that has passed', () => byIdentity({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['HS256 with the public key as the secret', hmacWithPublicKey],
    ['a changed role', async () => withRole('admin')],
  ];
  test.each(forged)('%s opens nothing, at the gateway and at the service itself', async (_what, make) => {
    const token = await make();
    for (const base of [system.gateway, system.urls.wallet[0]]) {
      const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(`${base}/api/v1/wallet`, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test("identity's own key, nothing changed, opens it: what is refused above is refused for its claims", async () => {
    for (const base of [system.gateway, system.urls.wallet[0]]) {
      const headers = { authorization: `Bearer ${await byIdentity({})}` };
      expect((await fetch(`${base}/api/v1/wallet`, { headers })).status).toBe(200);
    }
  });

  test('a student is no admin, at the gateway and at the service itself', async () => {
    for (const base of [system.gateway, system.urls.wallet[0]]) {
      const answer = await fetch(`${base}/api/v1/admin/wallets/${student.id}/credit`, {
        method: 'POST',
        headers: { authorization: `Bearer ${student.token}`, 'content-type': 'application/json' },
        body: credit({}),
      });
      expect(answer.status).toBe(403);
    }
  });

  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function unsigned(): string {
    return `${base64({ alg: 'none' })}.${base64(decodeJwt(admin.token))}.`;
  }

  function signed(
    key: CryptoKey | Uint8Array,
    alg: string,
    claims: Record<string, unknown> = {},
  ): Promise<string> {
    const [header = ''] = admin.token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    return new SignJWT({ ...decodeJwt(admin.token), ...claims }).setProtectedHeader({ alg, kid }).sign(key);
  }

  /** Genuine but for what is changed: the key is the one identity signs with. */
  async function byIdentity(claims: Record<string, unknown>): Promise<string> {
    const { kid, private_sealed, algorithm } = await system.db('identity')('signing_keys').first();
    const jwk = JSON.parse(unseal(keyList.parse(IDENTITY_KEYS), private_sealed, `signing-key/${kid}`));
    return signed((await importJWK(jwk, algorithm)) as CryptoKey, algorithm, claims);
  }

  async function hmacWithPublicKey(): Promise<string> {
    const answer = await fetch(`${system.gateway}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: Record<string, string>[] };
    const key = (await importJWK({ ...keys[0] }, 'ES256', { extractable: true })) as CryptoKey;
    return signed(new TextEncoder().encode(await exportSPKI(key)), 'HS256');
  }

  function withRole(role: string): string {
    const [header, , signature] = student.token.split('.');
    return `${header}.${base64({ ...decodeJwt(student.token), roles: [role] })}.${signature}`;
  }
});

describe('purchases', () => {
  test('with too little money are a 402 that says how much is missing, and leave everything as it was', async () => {
    const poor = await studentWith(system.gateway, admin, 1);
    const answer = await send(`/enrollments/sessions/${session.id}/purchase`, undefined, {
      token: poor.token,
    });
    expect(answer.status).toBe(402);
    isProblem(answer);
    expect(answer.problem.type).toBe('/problems/insufficient-credit');
    expect((await walletOf(poor)).credits.amount).toBe(1);
  });

  test('of what is bought already are a 409', async () => {
    expect((await buy(student, session)).status).toBe(201);
    const again = await send(`/enrollments/sessions/${session.id}/purchase`, undefined, {
      token: student.token,
    });
    expect(again.status).toBe(409);
    isProblem(again);
  });

  test('of nothing are a 404', async () => {
    const answer = await send(`/enrollments/sessions/${newId()}/purchase`, undefined, {
      token: student.token,
    });
    expect(answer.status).toBe(404);
    isProblem(answer);
  });
});

test('webhooks with a forged signature are a 401 and change nothing', async () => {
  const answer = await send('/webhooks/livekit', '{"event":"room_finished"}', { token: 'forged' });
  expect(answer.status).toBe(401);
  isProblem(answer);
  expect(await system.db('attendance')('sessions').whereNotNull('completed_at')).toEqual([]);
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
