/** A RabbitMQ of a test's own, which it may stop, kill and start again on the same port and data. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBook, type Run } from '../deploy/local/launcher.js';
import { type Book, isRunning, stopBook, stopProcess } from '../deploy/local/processes.js';
import { startPrivateRabbit } from '../deploy/local/rabbitmq.js';
import { testDir } from '../deploy/local/run-jest.js';
import { readJson } from '../deploy/local/state.js';

export interface PrivateBroker {
  readonly url: string;
  /** Ends the node by its recorded ids, and resolves when it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The node again, under the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds; a node stops in 6 s, and a loaded machine was seen to take twice as long. */
const PATIENCE = 20_000;

export async function startPrivateBroker(): Promise<PrivateBroker> {
  const dir = mkdtempSync(join(tmpdir(), 'rollcall-broker-'));
  const bookFile = join(testDir, 'processes', `broker-${process.pid}.json`);
  const guard = openBook(bookFile, [dir]);
  const stopping = new AbortController();
  const run: Run = { bookFile, stop: stopping.signal };
  const close = async () => {
    stopping.abort();
    await stopBook(bookFile, { patience: 0 });
    const gone = once(guard, 'exit');
    guard.stdin?.end();
    await gone;
  };
  // Not thrown away as a rule would: what it had written is what a node stopped and started comes back with.
  const launch = (port?: number) =>
    startPrivateRabbit(run, { env: process.env, dir, throwAway: false, port }).catch(async (error) => {
      await close();
      throw error;
    });
  const { url } = await launch();
  return {
    url,
    stop: async (signal) => {
      for (const role of ['broker', 'names'] as const) {
        const records = readJson<Book>(bookFile)?.processes.filter((record) => record.role === role) ?? [];
        const ours = records.filter(isRunning);
        if (role === 'broker' && ours.length === 0) throw new Error('the private broker does not run');
        await Promise.all(ours.map((record) => stopProcess({ ...record, signal }, PATIENCE)));
      }
    },
    start: async () => {
      const again = await launch(Number(new URL(url).port));
      if (again.url !== url) throw new Error(`the broker came back as ${again.url}`);
    },
    close,
  };
}
