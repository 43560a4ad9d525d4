import { type Task, task } from '@rollcall/kit/schedule';
import type { Config } from './config.js';
import { forget } from './use-cases/forget.js';
import { ROUNDS, remind } from './use-cases/remind.js';
import { forgetChanges } from './use-cases/trim-feed.js';

/** Everything notification does by the clock, but for sending, which each replica does all the time. */
export const schedule = (given: Config): Task[] => [
  task('notification.remind', '30 * * * * *', async (turn) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (!(await turn.inWork((work) => remind(work, given.REMINDER_HOURS)))) return;
    }
  }),
  task('notification.forget', '40 */10 * * * *', (turn) =>
    turn.inWork((work) => forget(work, given.LETTERS_KEPT_DAYS)),
  ),
  task('notification.forget-changes', '20 */5 * * * *', (turn) => forgetChanges(turn, given.FEED_KEPT_HOURS)),
];
