import { type Task, task } from '@rollcall/kit/schedule';
import { sweep } from './use-cases/sweep.js';

/** Everything settlement does by the clock. */
export const schedule: Task[] = [
  task('sweep', '0 */5 * * * *', async (turn) => {
    const mended = await sweep(turn);
    if (mended.users + mended.sessions + mended.sentAgain > 0) turn.log.warn(mended, 'the sweep found gaps');
  }),
];
