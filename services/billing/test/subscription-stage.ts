/**
 * Subscriptions against the stand-in of the provider's API, through its official SDK, with both clocks moved on together.
 * Requests come at the real time all the same: who subscribes does so before the clock is moved.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminPlan, Subscription } from '@rollcall/contracts/api/subscriptions';
import type { EventType } from '@rollcall/contracts/event';
import * as billing from '@rollcall/contracts/events/billing';
import { emitted, quietLog, testApp, testDatabase, workOf } from '@rollcall/kit/testing';
import { startStripeStandIn } from '@rollcall/stripe-stand-in';
import request, { type Test } from 'supertest';
import type { Desk } from '../src/desk.js';
import { createProvider } from '../src/provider.js';
import { routes } from '../src/routes.js';
import { tellOfPlans } from '../src/use-cases/plans/tell-of-plan.js';
import {
  expireSubscriptions,
  lookAtSubscriptions,
  syncSubscriptions,
} from '../src/use-cases/subscriptions/look-at-subscriptions.js';
import { actOnDue } from '../src/use-cases/take-webhook.js';
import { type Person, person, SELLER, usd } from './stage.js';

export const DAY = 86_400;
const SECRET = 'whsec_of_subscriptions';

export const four = (more: object = {}) => ({
  ...{ name: 'Four lessons', slug: `four-${Math.random().toString(36).slice(2)}`, price: usd(4000) },
  ...{ interval: 'month', lessonsPerMonth: 4, ...more },
});

const SAID: Readonly<Record<string, EventType<{ subscriptionId: string }>>> = {
  started: billing.subscriptionStarted,
  renewed: billing.subscriptionRenewed,
  'past-due': billing.subscriptionPastDue,
  cancelled: billing.subscriptionCancelled,
  expired: billing.subscriptionExpired,
} as never;

interface Subscribed {
  readonly method: { readonly ref: string };
}

export async function openSubscriptionStage() {
  const { db, close } = await testDatabase(new URL('../migrations/', import.meta.url));
  const standIn = await startStripeStandIn({ webhookSecret: SECRET });
  const access = { STRIPE_SECRET_KEY: 'sk_test_stage', STRIPE_API_BASE: standIn.url };
  const provider = createProvider(access, { timeout: 2_000 });
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const desk: Desk = { db, provider, log: quietLog, clock };
  const config = {
    ...{ NODE_ENV: 'test' as const, STRIPE_PUBLISHABLE_KEY: undefined, STRIPE_WEBHOOK_SECRET: SECRET },
    ...{ RECONCILE_SETTLE_SECONDS: 900, ...SELLER },
  };
  const given = { db, log: quietLog, config };
  const app = await testApp(routes(provider)({ ...given, clock }));
  // Webhooks are signed at the real time, whatever the stand-in's clock says.
  const door = createServer(await testApp(routes(provider)({ ...given, clock: () => new Date() })));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  standIn.control.webhooks({ url: `http://127.0.0.1:${port}/api/v1/webhooks/stripe` });
  const admin = await person('admin');

  const send = (method: 'get' | 'post' | 'patch' | 'delete', path: string, who?: Person): Test => {
    const test = request(app)[method](`/api/v1${path}`);
    return who === undefined ? test : test.set('Authorization', who.bearer);
  };
  const card = async (who: Person, given = 'pm_card_visa'): Promise<{ id: string; ref: string }> => {
    const { body } = await send('post', '/payments/methods', who)
      .send({ paymentMethodId: given })
      .expect(201);
    const { provider_id: ref } = await db('payment_methods').where({ id: body.id }).first();
    return { id: body.id, ref };
  };
  const plan = async (more: object = {}): Promise<AdminPlan> =>
    (await send('post', '/admin/plans', admin).send(four(more)).expect(201)).body;
  const subscribe = (who: Person, planId: string, methodId: string): Test =>
    send('post', '/subscriptions', who).send({ planId, methodId });
  const current = async (who: Person): Promise<Subscription> =>
    (await send('get', '/subscriptions/current', who).expect(200)).body;
  /** Takes the webhooks on their way, then has all subscriptions looked at that are due. */
  const look = async (): Promise<void> => {
    await standIn.control.settle({});
    await actOnDue(desk);
    for (let turn = 0; turn < 20 && (await lookAtSubscriptions(desk)) > 0; turn += 1);
  };
  const row = (id: string) => db('subscriptions').where({ id }).first();
  const periodsOf = (id: string) =>
    db('subscription_periods').where({ subscription_id: id }).orderBy('starts_at');
  /** The card it is paid with is like that one of the provider's from now on: it runs dry, or is good again. */
  const behaves = ({ method }: Subscribed, behavesLike: string) =>
    standIn.control.card({ paymentMethod: method.ref, behavesLike });
  return {
    ...{ db, app, provider, desk, clock, standIn, admin, send, card, plan, subscribe, current, look },
    /** A student with a card who subscribes. */
    subscribed: async (more: object = {}, cardName?: string) => {
      const student = await person('student');
      const { id: planId } = await plan(more);
      const method = await card(student, cardName);
      const { body } = await subscribe(student, planId, method.id).expect(201);
      return { student, planId, method, id: (body as Subscription).id };
    },
    /** Time passes, here and at the provider, whose webhooks are on their way. */
    pass: (seconds: number): void => {
      ahead += seconds * 1000;
      standIn.control.clock({ seconds });
    },
    sync: () => workOf(db, syncSubscriptions, clock()),
    expire: () => workOf(db, expireSubscriptions, clock()),
    tellOfPlans: () => tellOfPlans(desk),
    cancel: (who: Person, when?: string): Test =>
      send('post', '/subscriptions/cancel', who).send(when === undefined ? undefined : { when }),
    reactivate: (who: Person): Test => send('post', '/subscriptions/reactivate', who),
    /** What was said of a subscription, in order: the word and the amount. */
    said: async (id: string): Promise<[string, number][]> => {
      const names = Object.entries(SAID);
      const all = (await emitted(db)).filter(({ subject }) => subject === id);
      return all.flatMap(({ type, data }) => {
        const found = names.find(([, one]) => one.type === type);
        return found ? [[found[0], (data as { amount: { amount: number } }).amount.amount]] : [];
      });
    },
    row,
    statusOf: async (id: string): Promise<string> => (await row(id)).status,
    periodsOf,
    paidOf: async (id: string): Promise<number[]> => (await periodsOf(id)).map(({ paid }) => paid),
    behaves,
    runsDry: (one: Subscribed) => behaves(one, 'pm_card_chargeDeclinedInsufficientFunds'),
    /** The provider tells of nothing any more. */
    silent: () => standIn.control.webhooks({ types: ['nothing'] }),
    close: async () => {
      await standIn.control.settle({});
      door.close();
      door.closeAllConnections();
      await standIn.stop();
      provider.close();
      await close();
    },
  };
}

export type SubscriptionStage = Awaited<ReturnType<typeof openSubscriptionStage>>;
