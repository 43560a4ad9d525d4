import { type Task, task } from '@rollcall/kit/schedule';
import { type Config, type SellerConfig, sellerIn } from './config.js';
import type { Seller } from './domain/invoice.js';
import type { Provider } from './provider.js';
import { askForDays } from './use-cases/ask-reconciliation.js';
import { billMonths } from './use-cases/bill-months.js';
import { issueDue } from './use-cases/issue-invoice.js';
import { forgetCards } from './use-cases/keep-cards.js';
import { makeDueFiles } from './use-cases/keep-files.js';
import { lookAtPayments } from './use-cases/look-at-payments.js';
import { tellOfPlans } from './use-cases/plans/tell-of-plan.js';
import { reconcileDue } from './use-cases/reconcile.js';
import { sendRefunds } from './use-cases/refund-payment.js';
import { findOverdue } from './use-cases/step-invoice.js';
import { lookAtPeriods } from './use-cases/subscriptions/look-at-periods.js';
import {
  expireSubscriptions,
  lookAtSubscriptions,
  syncSubscriptions,
} from './use-cases/subscriptions/look-at-subscriptions.js';
import { actOnDue, forgetOldBodies } from './use-cases/take-webhook.js';

const clock = () => new Date();

/**
 * Everything billing does by the clock. Each second: webhooks to act on, refunds whose credits are taken back, payments of
 * which something changed at the provider or whose outcome is unknown, and subscriptions likewise, and what went back of their periods; each ten: plans the
 * provider does not know yet. Subscriptions whose time is over are looked at within five
 * minutes, and each of them once an hour.
 */
export const schedule = (
  provider: Provider,
  given: SellerConfig & Pick<Config, 'RECONCILE_SETTLE_SECONDS'>,
): Task[] => [
  task('billing.send-refunds', '* * * * * *', async ({ db, log }) => {
    await sendRefunds({ db, log, provider, clock });
  }),
  task('billing.look-at-payments', '* * * * * *', async ({ db, log }) => {
    await lookAtPayments({ db, log, provider, clock });
  }),
  task('billing.act-on-webhooks', '* * * * * *', async ({ db, log }) => {
    await actOnDue({ db, log, clock });
  }),
  task('billing.look-at-subscriptions', '* * * * * *', async ({ db, log }) => {
    await lookAtSubscriptions({ db, log, provider, clock });
  }),
  task('billing.look-at-periods', '* * * * * *', async ({ db, log }) => {
    await lookAtPeriods({ db, log, provider, clock });
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
  task('billing.forget-cards', '50 * * * * *', async ({ db, log }) => {
    await forgetCards({ db, log, provider, clock });
  }),
  task('billing.forget-webhooks', '20 * * * * *', async (turn) => {
    await turn.inWork(forgetOldBodies);
  }),
  ...invoicing(sellerIn(given)),
  ...reconciling(provider, given.RECONCILE_SETTLE_SECONDS),
];

/** Turns in one run, each of 50 files or 100 overdue invoices: a crowd does not wait for the next run after each. */
const TURNS = 40;

/** Each second: documents to issue, and files of them to make; hourly what is overdue; on the first of a month what is missing. */
const invoicing = (seller: Seller): Task[] => [
  task('billing.issue-invoices', '* * * * * *', async ({ db, log }) => {
    await issueDue({ db, log, clock }, seller);
  }),
  task('billing.make-invoice-files', '* * * * * *', async ({ db, log }) => {
    for (let turn = 0; turn < TURNS; turn += 1) if ((await makeDueFiles({ db, log, clock })) === 0) break;
  }),
  task('billing.find-overdue', '0 5 * * * *', async ({ inWork }) => {
    for (let turn = 0; turn < TURNS; turn += 1) if ((await inWork(findOverdue)) === 0) break;
  }),
  task('billing.bill-months', '0 15 1 1 * *', async ({ db, log }) => {
    const found = await billMonths({ db, clock });
    if (found > 0)
      log.warn({ found }, 'what was paid in months that are over had no invoice, and has one now');
  }),
];

/** Each hour: days that are to be compared with the provider's books; each five seconds: one that was asked for is. */
const reconciling = ({ books }: Provider, settleSeconds: number): Task[] => [
  task('billing.reconcile-daily', '0 25 * * * *', async (turn) => {
    await turn.inWork((work) => askForDays(work, settleSeconds));
  }),
  task('billing.reconcile', '*/5 * * * * *', async ({ db, log }) => {
    await reconcileDue({ db, log, clock, books, settleSeconds });
  }),
];
