import { type Task, type Turn, task } from '@rollcall/kit/schedule';
import type { Work } from '@rollcall/kit/work';
import type { Keyrings } from './context.js';
import { answerResets } from './use-cases/answer-resets.js';
import { sweep } from './use-cases/sweep.js';
import { tendKeys } from './use-cases/tend-keys.js';

/** Everything identity does by the clock. */
export const schedule = ({ signing, letters }: Keyrings): Task[] => [
  task('identity.answer-resets', '*/5 * * * * *', (turn) =>
    untilNoneWaits(turn, (work) => answerResets(work, letters)),
  ),
  task('identity.tend-keys', '20 * * * * *', (turn) => turn.inWork((work) => tendKeys(work, signing))),
  task('identity.sweep', '*/5 * * * *', (turn) => untilNoneWaits(turn, sweep)),
];

/** Transactions of one turn: 20,000 requests for a letter in five seconds, or 200,000 rows to forget in five minutes. */
const MOST = 40;

/** Batch by batch, each in a transaction of its own, so that whoever comes first in a crowd does not wait for it turn by turn. */
async function untilNoneWaits(turn: Turn, act: (work: Work) => Promise<boolean>): Promise<void> {
  for (let batch = 0; batch < MOST; batch += 1) if (!(await turn.inWork(act))) return;
}
