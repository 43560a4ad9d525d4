import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emailVerificationRequested } from '@rollcall/contracts/events/identity';
import { createApp } from '@rollcall/kit/app';
import { createLog } from '@rollcall/kit/log';
import { testVerify, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { routes } from '../src/routes.js';
import { answerResets } from '../src/use-cases/answer-resets.js';
import { issuer, keyrings, openIdentity } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

test('no address, password or token is logged, whatever goes well or wrong', async () => {
  const lines: string[] = [];
  const log = createLog('identity', 'trace', { write: (line: string) => void lines.push(line) });
  const { db, passwords, clock } = identity;
  const served = routes({ db, issuer, passwords, keyrings, clock });
  const app = createApp({ served, verify: await testVerify(), log });
  const post = (path: string, body: object) => request(app).post(`/api/v1/auth/${path}`).send(body);
  const secret = { email: 'ada.unseen@rollcall.test', password: 'unseen password' };

  const { body: opened } = await post('register', { ...secret, name: 'Ada', role: 'student' }).expect(201);
  await post('register', { ...secret, name: 'Ada', role: 'student' }).expect(409);
  const { body: session } = await post('login', secret).expect(200);
  await post('login', { ...secret, password: 'unseen wrong one' }).expect(401);
  await post('password/forgot', { email: secret.email }).expect(202);
  await workOf(db, (work) => answerResets(work, keyrings.letters));
  const [reset] = await identity.letters(opened.user.id);
  const [verification] = await identity.letters(opened.user.id, emailVerificationRequested);
  // Now the database refuses: what PostgreSQL and the query builder say of it is logged.
  await db.raw('alter table letter_tokens rename to letter_tokens_away');
  await db.raw('alter table login_failures rename to login_failures_away');
  await post('password/reset', { token: reset, password: 'unseen second one' }).expect(500);
  await post('email/verify', { token: verification }).expect(500);
  await post('login', secret).expect(500);
  await db.raw("alter table users add constraint refused check (email not like 'eve%') not valid");
  await post('register', {
    ...secret,
    email: 'eve.unseen@rollcall.test',
    name: 'Eve',
    role: 'student',
  }).expect(500);

  const said = lines.join('');
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const hidden of ['unseen', session.refreshToken, session.accessToken, reset, verification]) {
    expect(said).not.toContain(hidden);
  }
});
