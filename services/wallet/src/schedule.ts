import { type Task, task } from '@rollcall/kit/schedule';
import type { Config } from './config.js';
import { resealBankDetails } from './use-cases/bank-keys/reseal.js';
import { rotateWhenAsked } from './use-cases/bank-keys/rotate.js';
import { type Bank, payWhoIsDue } from './use-cases/payouts/pay-automatically.js';
import { reportSolvency } from './use-cases/report-solvency.js';

/** Everything the wallet does by the clock. */
export const schedule = (config: Bank): Task[] => [
  reseal(config),
  task('wallet.rotate-bank-keys', '*/5 * * * * *', async ({ inWork, log }) => {
    const ended = await rotateWhenAsked(inWork, config.BANK_KEYS, () => new Date());
    if (ended) log.info({ key: config.BANK_KEYS.sealing.id }, 'the bank keys were rotated as asked');
  }),
  // Days are UTC's. Several looks a day, each teacher's day decided once: a look that was missed is made up for.
  task('wallet.automatic-payouts', '20 */10 * * * *', async (turn) => {
    const found = await payWhoIsDue(turn, config);
    if (found.requested + found.blocked > 0) turn.log.info(found, 'payout days were seen to');
  }),
  // Past midnight by more than a batch of seals can take; each hour again, for what was missed.
  task('wallet.report-solvency', '0 5 * * * *', async (turn) => {
    const days = await turn.inWork(reportSolvency);
    if (days.length > 0) turn.log.info({ days }, 'solvency was stored');
  }),
];

const reseal = ({ BANK_KEYS }: Pick<Config, 'BANK_KEYS'>): Task =>
  task('wallet.reseal-bank-details', '40 * * * * *', async ({ inWork, log }) => {
    await resealBankDetails(inWork, BANK_KEYS, async (_work, { done, broken }) => {
      if (done.length > 0)
        log.info({ resealed: done.length }, 'bank details of an older key are being sealed anew');
      if (broken.length > 0) log.error({ broken }, 'bank details do not open: they were changed by hand');
    });
  });
