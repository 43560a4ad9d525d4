import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { attendanceAudited } from '@rollcall/contracts/events/attendance';
import { settlementAudited } from '@rollcall/contracts/events/settlement';
import { walletAudited } from '@rollcall/contracts/events/wallet';
import { hearers } from '@rollcall/contracts/topology';
import { newId } from '@rollcall/kit/id';
import { keyList } from '@rollcall/kit/sealed';
import { deliver, emitted, envelope } from '@rollcall/kit/testing';
import { consumers } from '../src/consumers.js';
import { seedDemo } from '../src/demo.js';
import { createPasswords } from '../src/passwords.js';
import { ensureSigningKey } from '../src/signing-keys.js';
import { keyrings, openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

test('replicas that start together make one signing key', async () => {
  await identity.db('signing_keys').delete();
  await Promise.all(
    Array.from({ length: 6 }, () => ensureSigningKey(identity.db, keyrings.signing, new Date())),
  );
  await expect(identity.db('signing_keys')).resolves.toHaveLength(1);
});

test.each([
  ['another key', 'other'],
  ['another key of the same name', 'test'],
])('a key list that has %s than the one that sealed stops the start', async (_what, name) => {
  const other = keyList.parse(`${name}:${Buffer.alloc(32, 'x').toString('base64')}`);
  await expect(ensureSigningKey(identity.db, other, new Date())).rejects.toThrow(/^IDENTITY_KEYS/);
});

test('replicas that start together open each demo account once, and announce it once', async () => {
  await Promise.all(Array.from({ length: 4 }, () => seedDemo(identity.db, createPasswords())));
  await seedDemo(identity.db, createPasswords());

  const announced = (await emitted(identity.db)).map((event) => event.subject);
  expect(announced.sort()).toEqual(DEMO_ACCOUNTS.map(({ id }) => id).sort());
});

test.each(DEMO_ACCOUNTS.map((demo) => [demo.email, demo] as const))(
  '%s signs in with the demo password',
  async (email, demo) => {
    const { body } = await identity.login(email, DEMO_PASSWORD).expect(200);
    expect(body.user).toMatchObject({ id: demo.id, roles: [demo.role], referrerId: demo.referrerId });
  },
);

test('identity hears what the topology says it hears', () => {
  expect(consumers.flatMap((consumer) => consumer.types.map(({ type }) => type)).sort()).toEqual(
    hearers.identity?.map(({ type }) => type).sort(),
  );
});

test.each([walletAudited, attendanceAudited, settlementAudited].map((type) => [type.source, type] as const))(
  'what was done by hand in %s is kept once, also when it is said by two events',
  async (source, type) => {
    const audited = {
      auditId: newId(),
      actor: newId(),
      action: `${source}.something`,
      target: newId(),
      reason: 'Lesson given twice',
      at: '2026-11-20T10:00:00.000Z',
    };
    const first = envelope(type, audited);
    await deliver(identity.db, consumers, [first, first]);
    await deliver(identity.db, consumers, [first, envelope(type, audited)]);
    const { auditId, at, ...said } = audited;
    expect(await identity.db('audit_entries').where({ audit_id: auditId })).toEqual([
      { audit_id: auditId, source: `/rollcall/${source}`, ...said, at: new Date(at) },
    ]);
  },
);

test('the audit trail is never changed, shortened or emptied', async () => {
  const table = () => identity.db('audit_entries');
  await expect(table().update({ reason: 'nothing happened' })).rejects.toThrow('append-only');
  await expect(table().delete()).rejects.toThrow('append-only');
  await expect(table().truncate()).rejects.toThrow('append-only');
});

const invariants = readFileSync(new URL('../invariants.sql', import.meta.url), 'utf8')
  .split(/^-- name: /m)
  .slice(1)
  .map((chunk) => [chunk.slice(0, chunk.indexOf('\n')), chunk.slice(chunk.indexOf('\n'))] as const);

test.each(invariants)('%s', async (_name, sql) => {
  const { rows } = await identity.db.raw(sql);
  expect(rows).toEqual([]);
});

/** Each breaks one invariant, in the order of the file; a check that finds nothing here would find nothing ever. */
const breakages = [
  [
    'drop index refresh_tokens_one_unspent',
    'insert into refresh_tokens select sha256(token_hash), family_id, created_at, expires_at from refresh_tokens where spent_at is null limit 1',
  ],
  ['delete from refresh_tokens'],
  ["update signing_keys set signs_from = now() + interval '1 day'"],
  [`update users set referrer_id = '${DEMO_ACCOUNTS[3]?.id}' where id = '${DEMO_ACCOUNTS[2]?.id}'`],
  ['delete from outbox'],
  ['update users set version = version + 1'],
  ["update users set status = 'suspended' where 'admin' = any(roles)"],
  ["update users set status = 'suspended'"],
];

test.each(invariants.map(([name, sql], index) => [name, sql, breakages[index]] as const))(
  'the check notices when it does not hold: %s',
  async (_name, sql, statements) => {
    const tx = await identity.db.transaction();
    for (const statement of statements ?? []) await tx.raw(statement);
    const { rows } = await tx.raw(sql);
    await tx.rollback();
    expect(rows.length).toBeGreaterThan(0);
  },
);
