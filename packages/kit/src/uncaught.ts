import type { Logger } from './log.js';

/**
 * Ends the process with what nobody caught in the log. Left to itself Node prints such an error whole, with the row that
 * PostgreSQL refused or the body that could not be read.
 */
export function endOnUncaught(log: Logger): void {
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'nobody caught this: the process ends');
    process.exit(1);
  });
}
