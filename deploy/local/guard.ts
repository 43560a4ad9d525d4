// Outlives a launcher that was killed. The launcher holds the other end of this process's input; when that end closes,
// for whatever reason, the processes in the book are stopped. After an orderly stop the book is gone and so is the work.
import { stopBook } from './processes.js';

const [, , bookFile] = process.argv;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.on('error', () => undefined);
process.stdin.resume();
process.stdin.on('close', async () => {
  if (bookFile) await stopBook(bookFile);
  process.exit(0);
});
