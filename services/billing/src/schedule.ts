import { type Task, task } from '@rollcall/kit/schedule';
import type { Config } from './config.js';
import type { Provider } from './provider.js';
import { askForDays } from './use-cases/ask-reconciliation.js';
import { lookAtPayments } from './use-cases/look-at-payments.js';
import { reconcileDue } from './use-cases/reconcile.js';
import { sendRefunds } from './use-cases/refund-payment.js';
import { actOnDue, forgetOldBodies } from './use-cases/take-webhook.js';

type Settling = Pick<Config, 'RECONCILE_SETTLE_SECONDS'>;

const clock = () => new Date();

/**
 * Everything billing does by the clock. Each second: refunds whose credits are taken back, and payments of which something
 * changed at the provider or whose outcome is unknown; each ten: webhooks that were stored and not acted on. Each hour: days that
 * are to be compared with the provider's books; each five seconds: one that was asked for is.
 */
export const schedule = (
  provider: Provider,
  { RECONCILE_SETTLE_SECONDS: settleSeconds }: Settling,
): Task[] => [
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
  task('billing.reconcile-daily', '0 25 * * * *', async (turn) => {
    await turn.inWork((work) => askForDays(work, settleSeconds));
  }),
  task('billing.reconcile', '*/5 * * * * *', async ({ db, log }) => {
    await reconcileDue({ db, log, clock, books: provider.books, settleSeconds });
  }),
];
