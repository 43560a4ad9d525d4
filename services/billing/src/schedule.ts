import { type Task, task } from '@rollcall/kit/schedule';
import type { Provider } from './provider.js';
import { lookAtPayments } from './use-cases/look-at-payments.js';
import { sendRefunds } from './use-cases/refund-payment.js';
import { actOnDue, forgetOldBodies } from './use-cases/take-webhook.js';

const clock = () => new Date();

/**
 * Everything billing does by the clock. Each second: refunds whose credits are taken back, and payments of which something
 * changed at the provider or whose outcome is unknown; each ten: webhooks that were stored and not acted on.
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
  task('billing.forget-webhooks', '20 * * * * *', async (turn) => {
    await turn.inWork(forgetOldBodies);
  }),
];
