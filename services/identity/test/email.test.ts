import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emailVerificationRequested } from '@rollcall/contracts/events/identity';
import { workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { sweep } from '../src/use-cases/sweep.js';
import { openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const letters = (id: string) => identity.letters(id, emailVerificationRequested);
const resend = async (id: string) =>
  request(identity.app)
    .post('/api/v1/auth/email/verify/resend')
    .set('authorization', await identity.as(id));
const isVerified = async (id: string): Promise<boolean> => {
  const me = request(identity.app).get('/api/v1/auth/me');
  return (await me.set('authorization', await identity.as(id))).body.emailVerified;
};

test('registering asks for a letter, whose token verifies the address once', async () => {
  const { user } = await identity.open('new@rollcall.test');
  const [token] = await letters(user.id);
  await expect(isVerified(user.id)).resolves.toBe(false);
  await identity.post('email/verify', { token }).expect(204);
  await expect(isVerified(user.id)).resolves.toBe(true);
  const again = await identity.post('email/verify', { token }).expect(422);
  expect(again.body).toMatchObject({ type: '/problems/unusable-token', errors: [{ path: 'token' }] });
});

test('a verification letter sets no password, and a made-up token verifies nothing', async () => {
  const { user } = await identity.open('purpose@rollcall.test');
  const [token] = await letters(user.id);
  await identity.post('password/reset', { token, password: 'another good password' }).expect(422);
  await identity.post('email/verify', { token: 'made up' }).expect(422);
  await identity.post('email/verify', { token }).expect(204);
});

test('the letter may be asked for again, three an hour with the first, also when asked at once', async () => {
  const { user } = await identity.open('again@rollcall.test');
  const answers = await Promise.all(Array.from({ length: 5 }, () => resend(user.id)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 429, 429, 429]);
  const limited = answers.find(({ status }) => status === 429);
  expect(Number(limited?.headers['retry-after'])).toBeGreaterThan(3500);
  const tokens = await letters(user.id);
  expect(new Set(tokens).size).toBe(3);
  await identity.post('email/verify', { token: tokens[1] }).expect(204);
  await identity.post('email/verify', { token: tokens[2] }).expect(422);
  expect((await resend(user.id)).status).toBe(409);
});

test('a letter is good for seven days and is forgotten after them', async () => {
  const { user } = await identity.open('late@rollcall.test');
  const [token] = await letters(user.id);
  const rows = () => identity.db('letter_tokens').where({ user_id: user.id });
  const [row] = await rows();
  expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(7 * 86_400_000);
  await rows().update({ created_at: new Date(0), expires_at: new Date(Date.now() - 1) });
  await identity.post('email/verify', { token }).expect(422);
  await workOf(identity.db, sweep);
  await expect(rows()).resolves.toHaveLength(0);
});
