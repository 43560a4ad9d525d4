import { type Task, task } from '@rollcall/kit/schedule';
import type { Provider } from './provider.js';
import { lookAtPayments } from './use-cases/look-at-payments.js';
import { tellOfPlans } from './use-cases/plans/tell-of-plan.js';
import { sendRefunds } from './use-cases/refund-payment.js';
import {
  expireSubscriptions,
  lookAtSubscriptions,
  syncSubscriptions,
} from './use-cases/subscriptions/look-at-subscriptions.js';
import { actOnDue, forgetOldBodies } from './use-cases/take-webhook.js';

const clock = () => new Date();

/**
 * Everything billing does by the clock. Each second: refunds whose credits are taken back, and payments of which something
 * changed at the provider or whose outcome is unknown, and subscriptions likewise; each ten: webhooks that were stored and
 * not acted on, and plans the provider does not know yet. Subscriptions whose time is over are looked at within five
 * minutes, and each of them once an hour.
 */
export const schedule = (provider: Provider): Task[] => [
  task('billing.send-refunds', '* * * * * *', async ({ db, log }) => {
    await sendRefunds({ db, log, provider, clock });
  }),
  task('billing.look-at-payments', '* * * * * *', async ({ db, log }) => {
    await lookAtPayments({ db, log, provider, clock });
  }),
  task('billing.act-on-webhooks', '*/10 * * * * *', async ({ db, log }) => {
    await actOnDue({ db, log, clock });
  }),
  task('billing.look-at-subscriptions', '* * * * * *', async ({ db, log }) => {
    await lookAtSubscriptions({ db, log, provider, clock });
  }),
  task('billing.tell-of-plans', '5-59/10 * * * * *', async ({ db, log }) => {
    await tellOfPlans({ db, log, provider, clock });
  }),
  task('billing.sync-subscriptions', '30 7 * * * *', async (turn) => {
    await turn.inWork(syncSubscriptions);
  }),
  task('billing.expire-subscriptions', '40 */5 * * * *', async (turn) => {
    await turn.inWork(expireSubscriptions);
  }),
  task('billing.forget-webhooks', '20 * * * * *', async (turn) => {
    await turn.inWork(forgetOldBodies);
  }),
];
