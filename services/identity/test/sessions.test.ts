import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { sweep } from '../src/use-cases/sweep.js';
import { openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const live = (userId: string) =>
  identity
    .db('refresh_tokens as t')
    .join('refresh_families as f', 'f.id', 't.family_id')
    .where({ 'f.user_id': userId, 'f.revoked_at': null, 't.spent_at': null });

test('signing in again is a session of its own', async () => {
  const first = await identity.open('two@rollcall.test');
  const second = await identity.login('Two@rollcall.test').expect(200);
  expect(second.body.user).toEqual(first.user);
  await identity.refresh(first.refreshToken).expect(200);
  await identity.refresh(second.body.refreshToken).expect(200);
});

test('a refresh token buys one new pair, and the new one the next', async () => {
  const { user, refreshToken } = await identity.open('rotate@rollcall.test');
  const second = await identity.refresh(refreshToken).expect(200);
  expect(second.body).toEqual({ user, accessToken: expect.any(String), refreshToken: expect.any(String) });
  expect(second.body.refreshToken).not.toBe(refreshToken);
  await identity.refresh(second.body.refreshToken).expect(200);
  await expect(live(user.id)).resolves.toHaveLength(1);
});

test('a spent refresh token in use again ends its whole session and no other', async () => {
  const { refreshToken } = await identity.open('reuse@rollcall.test');
  const other = await identity.login('reuse@rollcall.test').expect(200);
  const next = await identity.refresh(refreshToken).expect(200);

  const reused = await identity.refresh(refreshToken).expect(401);
  expect(reused.body.type).toBe('/problems/invalid-refresh-token');
  await identity.refresh(next.body.refreshToken).expect(401);
  await identity.refresh(other.body.refreshToken).expect(200);
});

test('ten refreshes with one token at once buy one pair, and the double use ends the session', async () => {
  const { user, refreshToken } = await identity.open('race@rollcall.test');
  const answers = await Promise.all(Array.from({ length: 10 }, () => identity.refresh(refreshToken)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
  const bought = answers.find(({ status }) => status === 200)?.body.refreshToken;
  await identity.refresh(bought).expect(401);
  await expect(live(user.id)).resolves.toHaveLength(0);
});

test('logging out ends the session, also by a spent token of it, and may be repeated', async () => {
  const { user, refreshToken } = await identity.open('out@rollcall.test');
  const next = await identity.refresh(refreshToken).expect(200);
  const answer = await identity.post('logout', { refreshToken }).expect(204);
  expect(answer.text).toBe('');
  await identity.post('logout', { refreshToken }).expect(204);
  await identity.post('logout', { refreshToken: 'never-was-one' }).expect(204);
  await identity.refresh(next.body.refreshToken).expect(401);
  await expect(live(user.id)).resolves.toHaveLength(0);
});

test('logging out while refreshing leaves nothing live', async () => {
  const { user, refreshToken } = await identity.open('outrace@rollcall.test');
  await Promise.all([identity.refresh(refreshToken), identity.post('logout', { refreshToken })]);
  await expect(live(user.id)).resolves.toHaveLength(0);
});

test('somebody suspended is not signed in, and a session from before ends at its next refresh', async () => {
  const { user, refreshToken } = await identity.open('suspended@rollcall.test');
  await identity.db('users').where({ id: user.id }).update({ status: 'suspended' });
  await identity.refresh(refreshToken).expect(401);
  await expect(live(user.id)).resolves.toHaveLength(0);
  const refused = await identity.login('suspended@rollcall.test').expect(403);
  expect(refused.body.type).toBe('/problems/account-suspended');
  await identity.login('suspended@rollcall.test', 'not the password').expect(401);
});

test('a refresh token is good for thirty days, after which it is swept away', async () => {
  const { user, refreshToken } = await identity.open('month@rollcall.test');
  const next = await identity.refresh(refreshToken).expect(200);
  identity.advance(30 * 86_400 + 1);
  await identity.refresh(next.body.refreshToken).expect(401);

  await identity.login('month@rollcall.test').expect(200);
  await workOf(identity.db, sweep, identity.clock());
  await expect(live(user.id)).resolves.toHaveLength(1);
  await expect(identity.db('refresh_families').where({ user_id: user.id })).resolves.toHaveLength(1);
});

const everywhere = async (id: string) =>
  request(identity.app)
    .post('/api/v1/auth/logout-everywhere')
    .set('authorization', await identity.as(id));

test('logging out everywhere ends every session of one’s own and no other', async () => {
  const { user, refreshToken } = await identity.open('everywhere@rollcall.test');
  const second = await identity.login('everywhere@rollcall.test').expect(200);
  const other = await identity.open('elsewhere@rollcall.test');
  expect((await everywhere(user.id)).status).toBe(204);
  expect((await everywhere(user.id)).status).toBe(204);
  await identity.refresh(refreshToken).expect(401);
  await identity.refresh(second.body.refreshToken).expect(401);
  await identity.refresh(other.refreshToken).expect(200);
  await request(identity.app).post('/api/v1/auth/logout-everywhere').expect(401);
});

test('logging out everywhere while ten sessions refresh leaves nothing live', async () => {
  const { user } = await identity.open('storm@rollcall.test');
  const logins = await Promise.all(Array.from({ length: 10 }, () => identity.login('storm@rollcall.test')));
  await Promise.all([
    ...logins.map(({ body }) => identity.refresh(body.refreshToken)),
    everywhere(user.id),
    ...logins.map(({ body }) => identity.refresh(body.refreshToken)),
  ]);
  await expect(live(user.id)).resolves.toHaveLength(0);
});
