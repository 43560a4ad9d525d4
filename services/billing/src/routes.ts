import * as api from '@rollcall/contracts/api/billing';
import { readQuota } from '@rollcall/contracts/api/quota';
import type { Database } from '@rollcall/kit/database';
import { command, query, reply, type Served } from '@rollcall/kit/http';
import type { Context } from '@rollcall/kit/service';
import { type Hooked, webhook } from '@rollcall/kit/webhook';
import { answerRefund } from './answer-refund.js';
import { type Config, type SellerConfig, sellerIn } from './config.js';
import type { Desk } from './desk.js';
import type { Provider } from './provider.js';
import { quotaOf } from './queries/quota.js';
import { confirmingOf, methodsOf, paymentsOf, readMethod, readPayment } from './queries.js';
import { invoices } from './routes/invoices.js';
import { reconciling } from './routes/reconciliation.js';
import { subscriptionRoutes } from './routes/subscriptions.js';
import { beginPayment } from './use-cases/begin-payment.js';
import { beginConfirming, confirmThere } from './use-cases/confirm-payment.js';
import { attachThere, beginAttaching, detachThere, dropMethod, makeDefault } from './use-cases/keep-cards.js';
import { openPayment } from './use-cases/open-payment.js';
import { requestRefund } from './use-cases/refund-payment.js';
import { takeWebhook } from './use-cases/take-webhook.js';

type Needed = 'NODE_ENV' | 'STRIPE_PUBLISHABLE_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'RECONCILE_SETTLE_SECONDS';

/** Everything billing answers over HTTP. */
export const routes =
  (provider: Provider) =>
  ({
    db,
    log,
    clock,
    config,
  }: Pick<Context<Pick<Config, Needed> & SellerConfig>, 'db' | 'log' | 'clock' | 'config'>): (
    | Served
    | Hooked
  )[] => {
    const desk: Desk = { db, log, clock, provider };
    const door = { db, clock, secret: config.STRIPE_WEBHOOK_SECRET };
    return [
      webhook(api.stripeWebhook, (request) => takeWebhook(door, request)),
      ...paying(desk),
      ...reading(db),
      query(db, api.readProvider, async () => providerFor(config)),
      ...cards(desk),
      ...subscriptionRoutes(desk),
      query(db, readQuota, (_db, { user }) => quotaOf(db, user.id, clock())),
      ...invoices({ db, clock, seller: sellerIn(config) }),
      ...reconciling(db, config.RECONCILE_SETTLE_SECONDS),
    ];
  };

const providerFor = ({
  NODE_ENV,
  STRIPE_PUBLISHABLE_KEY: key,
}: Pick<Config, Needed>): api.PaymentProvider => ({
  publishableKey: key ?? null,
  takesTestCards: NODE_ENV !== 'production' && key === undefined,
});

const paying = (desk: Desk): Served[] => [
  command(
    desk.db,
    api.createPayment,
    (work, { body, user }) => beginPayment(work, { ...body, userId: user.id }),
    async (db, { id }, { user }) => {
      const clientSecret = await openPayment(desk, await confirmingOf(db, id));
      return { payment: await readPayment(db, user.id, id), clientSecret };
    },
  ),
  command(
    desk.db,
    api.confirmPayment,
    (work, { params, body, user }) => beginConfirming(work, { ...params, ...body, userId: user.id }),
    async (db, { id }, { user }) => {
      await confirmThere(desk, await confirmingOf(db, id));
      return readPayment(db, user.id, id);
    },
  ),
  command(
    desk.db,
    api.refundPayment,
    (work, { params, body, user }) => requestRefund(work, { ...params, ...body, userId: user.id }),
    (db, { id }, { signal, prefer }) =>
      answerRefund(db, id, { signal, isAsync: /(^|[,;\s])respond-async($|[,;\s])/i.test(prefer ?? '') }),
  ),
];

const reading = (db: Database): Served[] => [
  query(db, api.listPayments, (_db, { user, query: filter }) => paymentsOf(db, user.id, filter)),
  query(db, api.readPayment, (_db, { user, params }) => readPayment(db, user.id, params.paymentId)),
  query(db, api.listMethods, (_db, { user, query: filter }) => methodsOf(db, user.id, filter)),
];

const cards = (desk: Desk): Served[] => [
  command(
    desk.db,
    api.attachMethod,
    (work, { body, user }) => beginAttaching(work, { userId: user.id, given: body.paymentMethodId }),
    async (db, { id }) => {
      await attachThere(desk, id);
      return readMethod(db, id);
    },
  ),
  command(
    desk.db,
    api.makeDefault,
    (work, { params, user }) => makeDefault(work, { ...params, userId: user.id }),
    (db, { id }) => readMethod(db, id),
  ),
  command(
    desk.db,
    api.detachMethod,
    (work, { params, user }) => dropMethod(work, { ...params, userId: user.id }),
    async (_db, { providerId }) => {
      await detachThere(desk, providerId);
      return reply(204);
    },
  ),
];
