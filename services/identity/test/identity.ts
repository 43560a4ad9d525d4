/** Identity as supertest opens it: a database of its own, a clock that can be put forward, a key that signs. */
import { DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { testApp, testDatabase, token } from '@rollcall/kit/testing';
import request from 'supertest';
import { createPasswords } from '../src/passwords.js';
import { routes } from '../src/routes.js';
import { ensureSigningKey } from '../src/signing-keys.js';

export const issuer = { issuer: 'https://rollcall.test', audience: 'rollcall' };
export const password = DEMO_PASSWORD;

export async function openIdentity() {
  const { db, url, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead * 1000);
  await ensureSigningKey(db, clock());
  const passwords = createPasswords();
  const app = await testApp(routes({ db, issuer, passwords, clock }));

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
        user: { id: string; referralCode: string };
        accessToken: string;
        refreshToken: string;
      };
    },
    /** The Authorization header of somebody. */
    as: async (id: string) => `Bearer ${await token({ id, roles: ['student'] })}`,
  };
}

export const applicant = (email: string, more: object = {}) => ({
  email,
  password,
  name: 'Ada Example',
  role: 'student',
  ...more,
});
