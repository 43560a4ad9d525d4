import { readFile } from 'node:fs/promises';
import type { Payment } from '@rollcall/contracts/api/billing';
import { refundRequested } from '@rollcall/contracts/events/billing';
import { userRegistered } from '@rollcall/contracts/events/identity';
import { refundRefused, refundReserved } from '@rollcall/contracts/events/wallet';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { deliver, emitted, envelope, quietLog, testApp, testDatabase, token } from '@rollcall/kit/testing';
import request, { type Test } from 'supertest';
import { type Config, type SellerConfig, sellerIn } from '../src/config.js';
import { consumers } from '../src/consumers.js';
import type { Desk } from '../src/desk.js';
import type { Provider } from '../src/provider.js';
import { routes } from '../src/routes.js';
import { issueDue } from '../src/use-cases/issue-invoice.js';
import { lookAtPayments } from '../src/use-cases/look-at-payments.js';
import { sendRefunds } from '../src/use-cases/refund-payment.js';
import { actOnDue } from '../src/use-cases/take-webhook.js';
import { bodies, fakeProvider, SECRET, sign } from './fake-provider.js';

export const usd = (amount: number) => ({ amount, currency: 'USD' });
export const topUp = (amount = 2500) => ({ ...usd(amount), purpose: 'topup' });

/** Who sells, in tests. */
export const SELLER: SellerConfig = {
  INVOICE_SELLER_NAME: 'Lessons Ltd',
  INVOICE_SELLER_ADDRESS: '1 Sample Street\n00-001 Warsaw',
  INVOICE_SELLER_TAX_ID: 'PL0000000000',
  INVOICE_SELLER_COUNTRY: 'PL',
  INVOICE_TAX_RATES: { PL: 2300, DE: 1900, '*': 0 },
  INVOICE_TIME_ZONE: 'Europe/Warsaw',
};

type Settings = Pick<Config, 'NODE_ENV' | 'STRIPE_PUBLISHABLE_KEY'>;

export interface Person {
  readonly id: string;
  readonly bearer: string;
}

export const person = async (...roles: Role[]): Promise<Person> => {
  const id = newId();
  return { id, bearer: `Bearer ${await token({ id, roles })}` };
};

/** With the provider in memory. */
export const openStage = () => stageWith(fakeProvider());

/** One database, the app, and a provider, with a clock that a test moves. */
export async function stageWith<Given extends Provider>(provider: Given, settings: Partial<Settings> = {}) {
  const { db, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const desk: Desk = { db, provider, log: quietLog, clock };
  const config = {
    ...{ NODE_ENV: 'test' as const, STRIPE_PUBLISHABLE_KEY: undefined, STRIPE_WEBHOOK_SECRET: SECRET },
    ...{ RECONCILE_SETTLE_SECONDS: 900, ...SELLER, ...settings },
  };
  const app = await testApp(routes(provider)({ db, log: quietLog, clock, config }));

  const send = (method: 'get' | 'post' | 'patch' | 'delete', path: string, who?: Person): Test => {
    const test = request(app)[method](`/api/v1${path}`);
    return who === undefined ? test : test.set('Authorization', who.bearer);
  };
  const begin = async (who: Person, body: object = topUp()): Promise<Payment> =>
    (await send('post', '/payments/intent', who).send(body).expect(201)).body.payment;
  const card = async (who: Person, given = 'pm_card_visa') =>
    (await send('post', '/payments/methods', who).send({ paymentMethodId: given }).expect(201)).body;
  const confirm = (who: Person, id: string, body?: object) =>
    send('post', `/payments/${id}/confirm`, who).send(body);
  const paid = async (who: Person, amount = 2500): Promise<Payment> => {
    const { id: methodId } = await card(who);
    const { id } = await begin(who, topUp(amount));
    const { body } = await confirm(who, id, { methodId }).expect(200);
    return body;
  };
  const read = async (who: Person, id: string): Promise<Payment> =>
    (await send('get', `/payments/${id}`, who).expect(200)).body;
  /** The provider posts a webhook. */
  const hook = (body: string, signature = sign(body, { at: clock().getTime() })): Test =>
    request(app)
      .post('/api/v1/webhooks/stripe')
      .set('stripe-signature', signature)
      .set('content-type', 'application/json')
      .send(body);
  const actOnWebhooks = () => actOnDue(desk);
  const hear = async (type: string, object: object): Promise<void> => {
    await hook(bodies.event(type, object)).expect(200);
    await actOnWebhooks();
  };
  const askRefund = (who: Person, id: string, body?: object): Test =>
    send('post', `/payments/${id}/refund`, who).set('Prefer', 'respond-async').send(body);
  return {
    ...{
      db,
      app,
      provider,
      desk,
      clock,
      send,
      begin,
      card,
      confirm,
      paid,
      read,
      hook,
      hear,
      askRefund,
      actOnWebhooks,
    },
    close,
    /** Puts the clock right again. */
    now: () => {
      ahead = 0;
    },
    /** Moves the clock on, in minutes. */
    wait: (minutes: number) => {
      ahead += minutes * 60_000;
    },
    look: () => lookAtPayments(desk),
    sendRefunds: () => sendRefunds(desk),
    /** Identity says who somebody is. */
    register: async ({ id: userId }: Person, displayName: string, { locale = 'en', version = 1 } = {}) => {
      const said = {
        userId,
        displayName,
        locale,
        version,
        roles: ['student' as const],
        email: 'one@example.com',
      };
      await deliver(db, consumers, [
        envelope(userRegistered, { ...said, timeZone: 'UTC', referrerId: null }),
      ]);
    },
    issue: () => issueDue(desk, sellerIn(SELLER)),
    /** The wallet answers: yes, or with what is possible. */
    walletSays: async (refundId: string, possible?: number) => {
      const asked = await emitted(db, refundRequested);
      const { data } = asked.find(({ subject }) => subject === refundId)!;
      const { requestedHere: _, amount, ...said } = data;
      const answer =
        possible === undefined
          ? envelope(refundReserved, { ...said, amount })
          : envelope(refundRefused, { ...said, possible: usd(possible) });
      await deliver(db, consumers, [answer]);
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** The names of the invariants that do not hold. */
export async function brokenInvariants(db: Database): Promise<string[]> {
  const text = await readFile(new URL('../invariants.sql', import.meta.url), 'utf8');
  const broken: string[] = [];
  for (const part of text.split('-- name: ').slice(1)) {
    const end = part.indexOf('\n');
    const { rows } = await db.raw(part.slice(end).trim());
    if (rows.length > 0) broken.push(part.slice(0, end));
  }
  return broken;
}
