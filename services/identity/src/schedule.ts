import { type Task, task } from '@rollcall/kit/schedule';
import type { Keyrings } from './context.js';
import { answerResets } from './use-cases/answer-resets.js';
import { sweep } from './use-cases/sweep.js';
import { tendKeys } from './use-cases/tend-keys.js';

/** Everything identity does by the clock. */
export const schedule = ({ signing, letters }: Keyrings): Task[] => [
  task('identity.answer-resets', '*/5 * * * * *', (turn) =>
    turn.inWork((work) => answerResets(work, letters)),
  ),
  task('identity.tend-keys', '20 * * * * *', (turn) => turn.inWork((work) => tendKeys(work, signing))),
  task('identity.sweep', '*/5 * * * *', (turn) => turn.inWork(sweep)),
];
