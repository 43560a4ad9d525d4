/** The migration that says every account again, run on a database with accounts in it. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { messageSchema } from '@rollcall/contracts/event';
import { userRegistered, userSuspended, userUpdated } from '@rollcall/contracts/events/identity';
import { emitted } from '@rollcall/kit/testing';
import { openIdentity } from './identity.js';

/** As `knex` takes it. */
const migration = async (name: string) =>
  (await readFile(new URL(`../migrations/${name}.sql`, import.meta.url), 'utf8')).replaceAll('?', '\\?');
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

test('every account is said again as it was said last, and by its type whether it may be used', async () => {
  const { db } = identity;
  const referrer = await identity.open('referrer@rollcall.test');
  const { referralCode } = referrer.user;
  await identity.open('ohara@rollcall.test', { name: 'Ö "H" \\ <b>', referralCode, locale: 'de' });
  const before = await emitted(db, userRegistered);
  await db('users').where({ id: referrer.user.id }).update({ status: 'suspended' });
  const last = await db('outbox').max('seq as seq').first();
  await db.raw(await migration('0006_say_users_to_enrollment'));

  const rows = await db('outbox').where('seq', '>', last?.seq).orderBy('seq');
  const events = rows.map(({ body }) => JSON.parse(body));
  expect(events.map(({ data }) => data).sort(byUser)).toEqual(before.map(({ data }) => data).sort(byUser));
  for (const [n, event] of events.entries()) {
    const type = event.subject === referrer.user.id ? userSuspended : userUpdated;
    expect(messageSchema(type).parse(event)).toEqual(event);
    expect(rows[n]).toMatchObject({ id: event.id, type: type.type, subject: event.data.userId });
    expect(event.aggregateversion).toBe(event.data.version);
    expect(event.id).toMatch(UUID7);
    expect(Math.abs(Number.parseInt(event.id.replace('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(
      60_000,
    );
  }
  const unpublished = await db('outbox_unpublished').where('seq', '>', last?.seq).orderBy('seq').pluck('seq');
  expect(unpublished).toEqual(rows.map(({ seq }) => seq));
});

test('whoever is suspended is said again alone, as suspended', async () => {
  const { db } = identity;
  const gone = await identity.open('gone@rollcall.test');
  await identity.open('here@rollcall.test');
  await db('users').update({ status: 'active' });
  await db('users').where({ id: gone.user.id }).update({ status: 'suspended' });
  const last = await db('outbox').max('seq as seq').first();
  await db.raw(await migration('0007_say_suspended_to_enrollment'));
  const events = (await db('outbox').where('seq', '>', last?.seq)).map(({ body }) => JSON.parse(body));
  expect(events).toMatchObject([{ type: userSuspended.type, subject: gone.user.id }]);
  expect(messageSchema(userSuspended).parse(events[0])).toEqual(events[0]);
});

const byUser = (a: { userId: string }, b: { userId: string }) => (a.userId < b.userId ? -1 : 1);
