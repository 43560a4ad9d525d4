import { type Task, task } from '@rollcall/kit/schedule';
import type { Rules } from './domain/session.js';
import { sweepRooms } from './use-cases/sweep-rooms.js';
import type { VideoServer } from './video-server.js';
import { look } from './watch.js';

const clock = () => new Date();

/**
 * Everything attendance does by the clock. Each second: what became due by time alone, or was taken in elsewhere. Each
 * minute: who is in the rooms.
 */
export const schedule = (rules: Rules, server: VideoServer): Task[] => [
  task('look-at-sessions', '* * * * * *', ({ db, log }) => look({ db, rules, log, clock })),
  task('sweep-rooms', '0 * * * * *', ({ db, log }) => sweepRooms({ db, server, rules, log, clock })),
];
