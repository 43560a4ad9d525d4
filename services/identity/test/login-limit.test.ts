import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openIdentity, password } from './identity.js';

let identity: Awaited<ReturnType<typeof openIdentity>>;
beforeAll(async () => {
  identity = await openIdentity();
});
afterAll(() => identity.close());

/** What an answer tells, without what is new in each. */
const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({
  status,
  ...body,
  instance: undefined,
});

test('a wrong password and an unknown address are answered alike', async () => {
  await identity.open('known@rollcall.test');
  const wrong = await identity.login('known@rollcall.test', 'not the password');
  const unknown = await identity.login('unknown@rollcall.test');
  expect(wrong.status).toBe(401);
  expect(told(unknown)).toEqual(told(wrong));
});

test('an unknown address takes as long as a wrong password', async () => {
  await identity.open('timed@rollcall.test');
  const took = async (email: string) => {
    const from = performance.now();
    await identity.login(email, 'not the password').expect(401);
    return performance.now() - from;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    known.push(await took('timed@rollcall.test'));
    unknown.push(await took('nobody@rollcall.test'));
  }
  // The hash alone is 20 ms; without the decoy an unknown address answers in 3. The quickest of nine: load only adds.
  expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) * 0.3);
});

test('ten failures close the account for fifteen minutes, to the right password too, and to no other account', async () => {
  await identity.open('limit@rollcall.test');
  await identity.open('bystander@rollcall.test');
  for (let failure = 1; failure <= 10; failure += 1) {
    await identity
      .login(failure % 2 ? 'limit@rollcall.test' : 'LIMIT@rollcall.test', 'not the password')
      .expect(401);
  }
  const closed = await identity.login('limit@rollcall.test').expect(429);
  expect(closed.body.type).toBe('/problems/too-many-requests');
  expect(Number(closed.headers['retry-after'])).toBeGreaterThan(880);
  expect(Number(closed.headers['retry-after'])).toBeLessThanOrEqual(900);
  await identity.login('bystander@rollcall.test').expect(200);

  identity.advance(Number(closed.headers['retry-after']));
  await identity.login('limit@rollcall.test').expect(200);
});

test('an address without an account closes in the same way', async () => {
  for (let failure = 1; failure <= 10; failure += 1) await identity.login('ghost@rollcall.test').expect(401);
  await identity.login('ghost@rollcall.test').expect(429);
});

test('thirty guesses at once get ten answers', async () => {
  await identity.open('burst@rollcall.test');
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => identity.login('burst@rollcall.test', `guess number ${index}`)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([
    ...Array(10).fill(401),
    ...Array(20).fill(429),
  ]);
});

test('thirty right logins at once all succeed', async () => {
  await identity.open('busy@rollcall.test');
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => identity.login('busy@rollcall.test', password)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});
