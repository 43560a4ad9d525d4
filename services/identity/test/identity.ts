/** Identity as supertest opens it: a database of its own, a clock that can be put forward, a key that signs. */
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { passwordResetRequested } from '@rollcall/contracts/events/identity';
import type { Role } from '@rollcall/contracts/shapes';
import { keyList, unseal } from '@rollcall/kit/sealed';
import { emitted, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { createPasswords } from '../src/passwords.js';
import { routes } from '../src/routes.js';
import { ensureSigningKey } from '../src/signing-keys.js';

export const issuer = { issuer: 'https://rollcall.test', audience: 'rollcall' };
export const password = DEMO_PASSWORD;
const ringOf = (letter: string) => keyList.parse(`test:${Buffer.alloc(32, letter).toString('base64')}`);
export const keyrings = { signing: ringOf('s'), letters: ringOf('l') };

export async function openIdentity() {
  const { db, url, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead * 1000);
  await ensureSigningKey(db, keyrings.signing, clock());
  const passwords = createPasswords();
  const app = await testApp(routes({ db, issuer, passwords, keyrings, clock }));

  const post = (path: string, body: object) => request(app).post(`/api/v1/auth/${path}`).send(body);
  return {
    db,
    url,
    close,
    app,
    clock,
    passwords,
    post,
    /** Puts the clock forward, in seconds. */
    advance: (seconds: number) => {
      ahead += seconds;
    },
    login: (email: string, word: string = password) => post('login', { email, password: word }),
    refresh: (refreshToken: string) => post('refresh', { refreshToken }),
    /** Registers a student and fails the test when that fails. */
    open: async (email: string, more: object = {}) => {
      const { body } = await post('register', applicant(email, more)).expect(201);
      return body as {
        user: { id: string; email: string; referralCode: string };
        accessToken: string;
        refreshToken: string;
      };
    },
    /** The Authorization header of somebody. */
    as: async (id: string, roles: Role[] = ['student']) => `Bearer ${await token({ id, roles })}`,
    /** The tokens of the letters a user was sent, as notification opens them, oldest first. */
    letters: async (userId: string, type = passwordResetRequested) =>
      (await emitted(db, type))
        .filter(({ subject }) => subject === userId)
        .map(({ data }) => unseal(keyrings.letters, data.token, `letter/${userId}`)),
  };
}

export const applicant = (email: string, more: object = {}) => ({
  email,
  password,
  name: 'Ada Example',
  role: 'student',
  ...more,
});
