import { type Task, task } from '@rollcall/kit/schedule';
import { askAgain, askToCancelAgain, requestExpiry } from './use-cases/ask-again.js';

/** Everything enrollment does by the clock. */
export const schedule: Task[] = [
  task('ask-again', '*/10 * * * * *', async ({ inWork, log }) => {
    const asked = await inWork(askAgain);
    if (asked > 0) log.warn({ purchases: asked }, 'the wallet was asked again');
  }),
  task('ask-to-cancel-again', '5-55/10 * * * * *', async ({ inWork, log }) => {
    const asked = await inWork(askToCancelAgain);
    if (asked > 0) log.warn({ cancellations: asked }, 'settlement was asked again');
  }),
  task('request-expiry', '5 * * * * *', async ({ inWork, log }) => {
    const overdue = await inWork(requestExpiry);
    if (overdue > 0) log.warn({ purchases: overdue }, 'purchases waited too long');
  }),
];
