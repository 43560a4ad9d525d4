import { type Task, task } from '@rollcall/kit/schedule';
import { overdueReviews, sweep } from './use-cases/sweep.js';

/** Everything settlement does by the clock. */
export const schedule = ({
  SETTLEMENT_REVIEW_ALARM_HOURS: hours,
}: {
  readonly SETTLEMENT_REVIEW_ALARM_HOURS: number;
}): Task[] => [
  task('sweep', '0 */5 * * * *', async (turn) => {
    const mended = await sweep(turn);
    if (Object.values(mended).some((found) => found > 0)) turn.log.warn(mended, 'the sweep found gaps');
  }),
  task('review-alarm', '30 */5 * * * *', async (turn) => {
    const overdue = await overdueReviews(turn, hours);
    if (overdue.count > 0) turn.log.warn({ ...overdue, hours }, 'holds wait too long for an admin to decide');
  }),
];
