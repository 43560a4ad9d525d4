import { type Task, task } from '@rollcall/kit/schedule';
import type { Rules } from './domain/session.js';
import { look } from './watch.js';

/** Everything attendance does by the clock. Each second: what became due by time alone, or was taken in elsewhere. */
export const schedule = (rules: Rules): Task[] => [
  task('look-at-sessions', '* * * * * *', ({ db, log }) => look({ db, rules, log, clock: () => new Date() })),
];
