import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLog } from '@rollcall/kit/log';
import { emitted, workOf } from '@rollcall/kit/testing';
import request from 'supertest';
import { schedule } from '../src/schedule.js';
import { answerResets } from '../src/use-cases/answer-resets.js';
import { applicant, keyrings, openIdentity, password } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

const next = 'another good password';
const change = async (id: string, body: object) =>
  request(identity.app)
    .post('/api/v1/auth/password')
    .set('authorization', await identity.as(id))
    .send(body);
const live = (userId: string) => identity.db('refresh_families').where({ user_id: userId, revoked_at: null });
const answer = () => workOf(identity.db, (work) => answerResets(work, keyrings.letters), identity.clock());
/** Until so many transactions wait for a lock: all have compared passwords and none has concluded. */
async function waiting(count: number): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const { rows } = await identity.db.raw(
      `select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows[0].count >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never saw ${count} transactions wait`);
}

/** Asks for a reset letter, lets it go out, and returns the token of the newest one. */
const forget = async (email: string, userId: string) => {
  await identity.post('password/forgot', { email }).expect(202);
  await answer();
  return (await identity.letters(userId)).at(-1);
};

describe('a password is changed by its owner', () => {
  test('who knows the current one; every other session ends, and the answer is a new one', async () => {
    const { user, refreshToken } = await identity.open('change@rollcall.test');
    const other = await identity.login('change@rollcall.test').expect(200);
    const { status, body } = await change(user.id, { currentPassword: password, newPassword: next });
    expect([status, body.user.id]).toEqual([200, user.id]);

    await identity.refresh(refreshToken).expect(401);
    await identity.refresh(other.body.refreshToken).expect(401);
    await identity.refresh(body.refreshToken).expect(200);
    await identity.login('change@rollcall.test').expect(401);
    await identity.login('change@rollcall.test', next).expect(200);
  });

  test('a wrong current one changes nothing and counts as a failed login', async () => {
    const { user, refreshToken } = await identity.open('guess@rollcall.test');
    const guess = { currentPassword: 'not the password', newPassword: next };
    const answers = await Promise.all(Array.from({ length: 15 }, () => change(user.id, guess)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(10).fill(422), ...Array(5).fill(429)]);
    expect(answers.find(({ status }) => status === 422)?.body.errors).toMatchObject([
      { path: 'currentPassword' },
    ]);
    await identity.refresh(refreshToken).expect(200);
    await identity.login('guess@rollcall.test').expect(429);
  });

  test('of eight changes at once one wins, and leaves one session', async () => {
    const { user } = await identity.open('changes@rollcall.test');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        change(user.id, { currentPassword: password, newPassword: `${next} ${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(422)]);
    await expect(live(user.id)).resolves.toHaveLength(1);
  });

  test('logins whose old password was right when it was compared, and is no more, are refused', async () => {
    const { user } = await identity.open('old@rollcall.test');
    const holding = await identity.db.transaction();
    await holding('users').where({ id: user.id }).forUpdate().first('id');
    const changed = change(user.id, { currentPassword: password, newPassword: next });
    await waiting(1);
    const logins = Array.from({ length: 4 }, () =>
      identity.login('old@rollcall.test').then(({ status }) => status),
    );
    await waiting(5);
    await holding.rollback();
    expect((await changed).status).toBe(200);
    expect(await Promise.all(logins)).toEqual(Array(4).fill(401));
    await expect(live(user.id)).resolves.toHaveLength(1);
  });

  test('not while the account is suspended', async () => {
    const { user } = await identity.open('locked@rollcall.test');
    await identity.db('users').where({ id: user.id }).update({ status: 'suspended' });
    expect((await change(user.id, { currentPassword: password, newPassword: next })).status).toBe(403);
  });
});

describe('a weak password is a 422 that names its field', () => {
  test('at registration', async () => {
    const weak = applicant('weak@rollcall.test', { password: 'Password123' });
    const { body } = await identity.post('register', weak).expect(422);
    expect(body).toMatchObject({ type: '/problems/weak-password', errors: [{ path: 'password' }] });
    await identity.login('weak@rollcall.test', 'Password123').expect(401);
  });

  test('at a change, and at a reset, whose token is not used up by it', async () => {
    const { user } = await identity.open('weakling@rollcall.test');
    const changed = await change(user.id, { currentPassword: password, newPassword: 'aaaaaaaaaaaa' });
    expect([changed.status, changed.body.errors[0].path]).toEqual([422, 'newPassword']);
    const token = await forget('weakling@rollcall.test', user.id);
    await identity.post('password/reset', { token, password: 'weakling@rollcall.test' }).expect(422);
    await identity.post('password/reset', { token, password: next }).expect(204);
  });
});

describe('a forgotten password', () => {
  test('is set anew by the letter: every session ends and the address is verified', async () => {
    const { user, refreshToken } = await identity.open('forgot@rollcall.test');
    const token = await forget('Forgot@Rollcall.test', user.id);
    await identity.post('password/reset', { token, password: next }).expect(204);
    await identity.refresh(refreshToken).expect(401);
    await identity.login('forgot@rollcall.test').expect(401);
    const { body } = await identity.login('forgot@rollcall.test', next).expect(200);
    expect(body.user.emailVerified).toBe(true);
  });

  test('the letter’s token is stored as its hash and sealed in the event, for its user alone', async () => {
    const { user } = await identity.open('sealed@rollcall.test');
    const token = await forget('sealed@rollcall.test', user.id);
    const tables = ['letter_tokens', 'outbox', 'reset_requests'].map((table) => identity.db(table).select());
    expect(JSON.stringify(await Promise.all(tables))).not.toContain(token);
    const [event] = (await emitted(identity.db)).filter(({ type }) => type.includes('password-reset'));
    expect(event?.data).toMatchObject({ locale: 'en', expiresAt: expect.any(String) });
  });

  test('the token is good once, also when it is used ten times at once', async () => {
    const { user } = await identity.open('once@rollcall.test');
    const token = await forget('once@rollcall.test', user.id);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        identity.post('password/reset', { token, password: `${next} ${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(422)]);
  });

  test('the token is good for an hour, and a used one ends the other letters', async () => {
    const { user } = await identity.open('hour@rollcall.test');
    const first = await forget('hour@rollcall.test', user.id);
    const second = await forget('hour@rollcall.test', user.id);
    await identity.post('password/reset', { token: second, password: next }).expect(204);
    await identity.post('password/reset', { token: first, password: next }).expect(422);
    const third = await forget('hour@rollcall.test', user.id);
    identity.advance(3601);
    const { body } = await identity.post('password/reset', { token: third, password: next }).expect(422);
    expect(body).toMatchObject({ type: '/problems/unusable-token', errors: [{ path: 'token' }] });
  });

  test('a token that nobody was sent costs no hash: whoever makes them up keeps nobody from signing in', async () => {
    const hash = jest.spyOn(identity.passwords, 'hash');
    await identity.post('password/reset', { token: 'made up', password: next }).expect(422);
    expect(hash).not.toHaveBeenCalled();
    hash.mockRestore();
  });

  test('a changed password ends the letters under way', async () => {
    const { user } = await identity.open('underway@rollcall.test');
    const token = await forget('underway@rollcall.test', user.id);
    await change(user.id, { currentPassword: password, newPassword: next });
    await identity.post('password/reset', { token, password: 'a third password' }).expect(422);
  });

  test('the owner gets in at once, though others have closed the account by guessing', async () => {
    const { user } = await identity.open('closed@rollcall.test');
    for (let guess = 0; guess < 11; guess += 1) await identity.login('closed@rollcall.test', 'not it at all');
    const token = await forget('closed@rollcall.test', user.id);
    await identity.post('password/reset', { token, password: next }).expect(204);
    await identity.login('closed@rollcall.test', next).expect(200);
  });

  test('the answer is the same for an address without an account, and is given before anybody looks', async () => {
    const { user } = await identity.open('asked@rollcall.test');
    const told = async (email: string) => {
      const { status, body } = await identity.post('password/forgot', { email });
      return { status, body };
    };
    expect(await told('nobody.at.all@rollcall.test')).toEqual(await told('asked@rollcall.test'));
    await expect(identity.letters(user.id)).resolves.toHaveLength(0);
    await answer();
    await expect(identity.letters(user.id)).resolves.toHaveLength(1);
    await expect(identity.db('reset_requests')).resolves.toHaveLength(0);
  });

  test('however often it is asked for, an account gets three letters an hour, and the answer stays the same', async () => {
    const { user } = await identity.open('often@rollcall.test');
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.all(
        Array.from({ length: 3 }, () =>
          identity.post('password/forgot', { email: 'often@rollcall.test' }).expect(202),
        ),
      );
      await Promise.all([answer(), answer(), answer()]);
    }
    await expect(identity.letters(user.id)).resolves.toHaveLength(3);
    identity.advance(3601);
    await expect(forget('often@rollcall.test', user.id)).resolves.toEqual(expect.any(String));
    await expect(identity.letters(user.id)).resolves.toHaveLength(4);
  });

  test('a suspended account gets no letter', async () => {
    const { user } = await identity.open('barred@rollcall.test');
    await identity.db('users').where({ id: user.id }).update({ status: 'suspended' });
    await expect(forget('barred@rollcall.test', user.id)).resolves.toBeUndefined();
  });

  test.each([undefined, '', 'x'.repeat(201), 7])('the token %j is a 400', async (token) => {
    await identity.post('password/reset', { token, password: next }).expect(400);
  });
});

test('a crowd of addresses that nobody has keeps no letter waiting for its turns', async () => {
  const { user } = await identity.open('crowd@rollcall.test');
  await identity.post('password/forgot', { email: 'crowd@rollcall.test' }).expect(202);
  const earlier = new Date(Date.now() - 60_000);
  const crowd = Array.from({ length: 2_000 }, (_, n) => ({
    ...{ email: `nobody-${n}@example.test`, requested_at: earlier },
  }));
  await identity.db('reset_requests').insert(crowd);
  const before = (await identity.letters(user.id)).length;
  const [answering] = schedule(keyrings).filter(({ name }) => name === 'identity.answer-resets');
  await answering!.act({
    ...{ db: identity.db, now: identity.clock(), log: createLog('identity', 'silent') },
    inWork: (run) => workOf(identity.db, run, identity.clock()),
  });
  expect(await identity.letters(user.id)).toHaveLength(before + 1);
});
