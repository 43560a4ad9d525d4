/** Withdrawals as their tests ask for them, over HTTP. */
import type { RequestListener } from 'node:http';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { token } from '@rollcall/kit/testing';
import request from 'supertest';

export const IBAN = 'DE89 3704 0044 0532 0130 00';
export const bankAccount = { bankName: 'A Bank', accountNumber: IBAN, accountName: 'Tea Cher' };
export const asked = { amount: 5000, currency: 'USD', bankAccount };
export const because = { reason: 'The bank said no' };

const as = async (id: string, roles: readonly Role[]) => ({
  authorization: `Bearer ${await token({ id, roles })}`,
});

type Headers = Record<string, string>;

/** A teacher's and an admin's hands on an app. */
export function handsOn(app: () => RequestListener) {
  const admin = newId();
  const call = async (method: 'get' | 'post' | 'delete', path: string, who: { id: string; roles: Role[] }) =>
    request(app())
      [method](`/api/v1${path}`)
      .set(await as(who.id, who.roles));
  const teacher = (id: string) => ({ id, roles: ['teacher' as const] });
  return {
    admin,
    get: async (path: string, id: string, roles: Role[] = ['teacher']) =>
      request(app())
        .get(`/api/v1${path}`)
        .set(await as(id, roles)),
    ask: async (id: string, body: object = asked, headers: Headers = {}, path = '/withdrawals/request') =>
      request(app())
        .post(`/api/v1${path}`)
        .set({ ...(await as(id, ['teacher'])), ...headers })
        .send(body),
    cancel: (id: string, withdrawal: string) => call('delete', `/withdrawals/${withdrawal}`, teacher(id)),
    act: async (
      withdrawal: string,
      step: string,
      { body, headers = {}, by = admin }: { body?: object; headers?: Headers; by?: string } = {},
    ) =>
      request(app())
        .post(`/api/v1/admin/withdrawals/${withdrawal}/${step}`)
        .set({ ...(await as(by, ['admin'])), ...headers })
        .send(body),
  };
}
