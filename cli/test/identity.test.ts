import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { userUpdated } from '@rollcall/contracts/events/identity';
import { newId } from '@rollcall/kit/id';
import { emitted, type TestDatabase, testDatabase } from '@rollcall/kit/testing';
import { runProgram } from '../src/program.js';

let database: TestDatabase;
const boss = newId();
beforeAll(async () => {
  database = await testDatabase(new URL('../../services/identity/migrations/', import.meta.url));
  const user = (id: string, email: string, more: object = {}) => ({
    ...{ id, email, password_hash: '$argon2id$none', name: 'Somebody', roles: ['teacher'] },
    ...{ locale: 'en', time_zone: 'UTC', referral_code: email, created_at: new Date() },
    ...more,
  });
  await database
    .db('users')
    .insert([user(boss, 'boss@school.test'), user(newId(), 'gone@school.test', { status: 'suspended' })]);
});
afterAll(() => database.close());

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: '', err: '' };
  const collect = (stream: 'out' | 'err') => (text: unknown) => {
    lines[stream] += String(text);
    return true;
  };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation(collect('out'));
  const err = jest.spyOn(process.stderr, 'write').mockImplementation(collect('err'));
  try {
    return { code: await runProgram(args, { DATABASE_URL_IDENTITY: database.url }), ...lines };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const why = ['--reason', 'the first admin', '--as', 'ann'];
const grant = (email: string) => run('users', 'grant-admin', '--email', email, ...why);
const trail = (target: string) =>
  database.db('audit_entries').where({ target }).select('actor', 'action', 'reason', 'source');
const acts = () => database.db('operator_actions').select('actor', 'action', 'target', 'reason');

describe('users grant-admin', () => {
  test('makes the owner of an address an admin once, announced and in the trail with who and why', async () => {
    const { code, out, err } = await grant('Boss@school.test');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('is an admin from the next sign-in');
    const row = await database.db('users').where({ id: boss }).first();
    expect([row.roles, row.version]).toEqual([['teacher', 'admin'], 2]);
    expect(await emitted(database.db, userUpdated)).toMatchObject([
      { subject: boss, aggregateversion: 2, data: { roles: ['teacher', 'admin'], version: 2 } },
    ]);
    const words = 'the first admin (roles: teacher → teacher, admin), by the operator ann';
    expect(await trail(boss)).toEqual([
      { actor: null, action: 'identity.user.roles', reason: words, source: '/rollcall/identity' },
    ]);
    expect(await acts()).toEqual([
      { actor: 'ann', action: 'identity.user.roles', target: boss, reason: 'the first admin' },
    ]);

    expect(await grant('boss@school.test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('already'),
    });
    expect(await trail(boss)).toHaveLength(1);
    expect(await emitted(database.db)).toHaveLength(1);
  });

  test.each([
    ['nobody@school.test', /register it first/],
    ['gone@school.test', /suspended/],
  ])('%s: refused, and nothing is changed', async (email, words) => {
    const { code, err } = await grant(email);
    expect(code).toBe(1);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\n\s+at /);
    expect(await acts()).toHaveLength(1);
  });

  test.each<[string, string[]]>([
    ['no reason', ['users', 'grant-admin', '--email', 'boss@school.test']],
    ['a blank reason', ['users', 'grant-admin', '--email', 'boss@school.test', '--reason', ' ']],
    ['no address', ['users', 'grant-admin', ...why]],
    ['no reason for a new key', ['keys', 'rotate']],
  ])('%s ends with 2', async (_what, args) => {
    expect((await run(...args)).code).toBe(2);
  });
});

describe('keys rotate', () => {
  const key = (kid: string, signs_from: Date) => ({
    ...{
      kid,
      algorithm: 'ES256',
      public_jwk: '{}',
      private_sealed: 'a.b',
      created_at: new Date(),
      signs_from,
    },
  });
  const rotate = () => run('keys', 'rotate', ...why);

  test('asks identity for the next key once, and says no while one is asked for or waits for its hour', async () => {
    expect(await rotate()).toMatchObject({ code: 1, err: expect.stringContaining('no signing key') });
    await database.db('signing_keys').insert(key('one', new Date(0)));
    expect(await rotate()).toMatchObject({ code: 0, out: expect.stringContaining('within a minute') });
    expect(await trail('one')).toMatchObject([{ action: 'identity.keys.rotate' }]);
    expect(await rotate()).toMatchObject({ code: 1, err: expect.stringContaining('asked for already') });

    await database.db('signing_keys').insert(key('two', new Date(Date.now() + 600_000)));
    expect(await rotate()).toMatchObject({ code: 1, err: expect.stringContaining('signs from') });
    const asked = await database.db('signing_keys').whereNotNull('replace_asked_at').pluck('kid');
    expect(asked).toEqual(['one']);
    expect(await trail('two')).toEqual([]);
  });
});
