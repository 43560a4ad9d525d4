import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { userRegistered, userUpdated } from '@rollcall/contracts/events/identity';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import request from 'supertest';
import { applicant, openIdentity, password } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const announced = async (userId: string) =>
  (await emitted(identity.db)).filter(
    (event) => event.subject === userId && event.type.startsWith('identity.user-'),
  );

test('registering opens an account, signs in, and announces the account once', async () => {
  const { body } = await identity
    .post(
      'register',
      applicant('Ada@Rollcall.test', { role: 'teacher', locale: 'pl-PL', timeZone: 'Europe/Warsaw' }),
    )
    .expect(201);
  expect(body).toEqual({
    user: {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@rollcall.test',
      emailVerified: false,
      name: 'Ada Example',
      roles: ['teacher'],
      locale: 'pl-PL',
      timeZone: 'Europe/Warsaw',
      referralCode: expect.stringMatching(/^[0-9A-Z]{10}$/),
      referrerId: null,
      status: 'active',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
  });
  const events = await announced(body.user.id);
  expect(events).toMatchObject([
    {
      type: userRegistered.type,
      aggregateversion: 1,
      data: {
        userId: body.user.id,
        roles: ['teacher'],
        displayName: 'Ada Example',
        referrerId: null,
        version: 1,
      },
    },
  ]);
});

test('nobody registers as an admin', async () => {
  const answer = await identity
    .post('register', applicant('boss@rollcall.test', { role: 'admin' }))
    .expect(400);
  expect(answer.body.errors).toMatchObject([{ path: 'role' }]);
});

test('an address has one account, however it is written', async () => {
  await identity.open('once@rollcall.test');
  const answer = await identity.post('register', applicant('ONCE@Rollcall.TEST')).expect(409);
  expect(answer.body).toMatchObject({ type: '/problems/email-taken', errors: [{ path: 'email' }] });
});

test('twenty registrations of one address at once open one account and announce it once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      identity.post('register', applicant(index % 2 ? 'race@rollcall.test' : 'Race@rollcall.test')),
    ),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array(19).fill(409)]);
  const winner = answers.find(({ status }) => status === 201)?.body.user.id;
  expect(await announced(winner)).toHaveLength(1);
  await expect(identity.db('refresh_families').where({ user_id: winner })).resolves.toHaveLength(1);
});

test('a referral code, however it is typed, names the referrer', async () => {
  const { user: referrer } = await identity.open('referrer@rollcall.test', { role: 'teacher' });
  const referralCode = ` ${referrer.referralCode.slice(0, 5).toLowerCase()}-${referrer.referralCode.slice(5)} `;
  const { user } = await identity.open('referred@rollcall.test', { referralCode });
  expect(user).toMatchObject({ referrerId: referrer.id });
  expect(await announced(user.id)).toMatchObject([{ data: { referrerId: referrer.id } }]);
});

test('a referral code nobody has is refused, and no account is opened', async () => {
  const application = applicant('lost@rollcall.test', { referralCode: 'NOBODYHAS1' });
  const answer = await identity.post('register', application).expect(422);
  expect(answer.body).toMatchObject({
    type: '/problems/unknown-referral-code',
    errors: [{ path: 'referralCode' }],
  });
  await identity.login('lost@rollcall.test').expect(401);
});

test('the password is stored as argon2id with 19 MiB and two passes, the refresh token as its hash', async () => {
  const { user, refreshToken } = await identity.open('stored@rollcall.test');
  const row = await identity.db('users').where({ id: user.id }).first();
  expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const tables = await Promise.all(
    ['users', 'refresh_tokens', 'refresh_families', 'outbox'].map((table) => identity.db(table).select()),
  );
  const everything = JSON.stringify(tables);
  expect(everything).not.toContain(password);
  expect(everything).not.toContain(refreshToken);
});

test('one sees oneself', async () => {
  const { user } = await identity.open('me@rollcall.test');
  const answer = await request(identity.app)
    .get('/api/v1/auth/me')
    .set('authorization', await identity.as(user.id));
  expect(answer).toMatchObject({ status: 200, body: user });
  await request(identity.app).get('/api/v1/auth/me').expect(401);
});

test('a subject without an account here is a 404, not an error', async () => {
  const stranger = await identity.as(newId());
  await request(identity.app).get('/api/v1/auth/me').set('authorization', stranger).expect(404);
  await request(identity.app)
    .patch('/api/v1/auth/me')
    .set('authorization', stranger)
    .send({ name: 'X' })
    .expect(404);
});

test('a change is announced whole with the next version, and only when it changes something', async () => {
  const { user } = await identity.open('change@rollcall.test');
  const authorization = await identity.as(user.id);
  const patch = (body: object) =>
    request(identity.app).patch('/api/v1/auth/me').set('authorization', authorization).send(body);

  await patch({ name: 'Grace Example', timeZone: 'Asia/Tokyo' }).expect(200);
  const { body } = await patch({ name: 'Grace Example' }).expect(200);
  expect(body).toEqual({ ...user, name: 'Grace Example', timeZone: 'Asia/Tokyo' });

  const [, ...updates] = await announced(user.id);
  expect(updates).toMatchObject([
    {
      type: userUpdated.type,
      aggregateversion: 2,
      data: {
        displayName: 'Grace Example',
        timeZone: 'Asia/Tokyo',
        email: 'change@rollcall.test',
        version: 2,
      },
    },
  ]);
});

test('ten changes at once make ten versions, none twice', async () => {
  const { user } = await identity.open('versions@rollcall.test');
  const authorization = await identity.as(user.id);
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      request(identity.app)
        .patch('/api/v1/auth/me')
        .set('authorization', authorization)
        .send({ name: `Name ${index}` })
        .expect(200),
    ),
  );
  const versions = (await announced(user.id)).map((event) => event.aggregateversion);
  expect(versions.sort((a = 0, b = 0) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});
