import { type Task, task } from '@rollcall/kit/schedule';
import type { Config } from './config.js';
import { reportSolvency } from './use-cases/report-solvency.js';
import { resealBankDetails } from './use-cases/reseal-bank-details.js';

/** Everything the wallet does by the clock. */
export const schedule = ({ BANK_KEYS }: Pick<Config, 'BANK_KEYS'>): Task[] => [
  task('wallet.reseal-bank-details', '40 * * * * *', async (turn) => {
    const { done, broken } = await turn.inWork((work) => resealBankDetails(work, BANK_KEYS));
    if (done.length > 0)
      turn.log.info({ resealed: done.length }, 'bank details of an older key were sealed anew');
    if (broken.length > 0) turn.log.error({ broken }, 'bank details do not open: they were changed by hand');
  }),
  // Past midnight by more than a batch of seals can take; each hour again, for what was missed.
  task('wallet.report-solvency', '0 5 * * * *', async (turn) => {
    const days = await turn.inWork(reportSolvency);
    if (days.length > 0) turn.log.info({ days }, 'solvency was stored');
  }),
];
