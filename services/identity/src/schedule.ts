import { type Task, task } from '@rollcall/kit/schedule';
import { sweep } from './use-cases/sweep.js';

/** Everything identity does by the clock. */
export const schedule: Task[] = [task('identity.sweep', '*/5 * * * *', (turn) => turn.inWork(sweep))];
