import type { Database } from '@rollcall/kit/database';
import { quietLog } from '@rollcall/kit/testing';
import { type SealerOptions, startSealer } from '../src/sealer.js';

/** Waits for what must happen within a minute, looking every 25 ms. */
export async function until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not happen within a minute`);
}

export const sealerOf = (databaseUrl: string, options: Partial<SealerOptions> = {}) =>
  startSealer({ databaseUrl, log: quietLog, ...options });

export const allSealed = (db: Database): Promise<void> =>
  until('every entry is sealed', async () => (await db('entries_unsealed').first('entry_no')) === undefined);

/** Seals all there is, as a sealer would that is then stopped. */
export async function seal({ db, url }: { db: Database; url: string }): Promise<void> {
  const sealer = sealerOf(url);
  await allSealed(db);
  await sealer.stop();
}

/** Which entry has which place. */
export const sealsOf = (db: Database): Promise<{ seq: number; entry_no: number; hash: Buffer }[]> =>
  db('seals')
    .join('entries', 'entries.id', 'seals.entry_id')
    .orderBy('seq')
    .select('seq', 'entry_no', 'hash');
