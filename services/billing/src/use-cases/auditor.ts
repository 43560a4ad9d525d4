import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import type { Logger } from '@rollcall/kit/log';
import { inWork, type Work } from '@rollcall/kit/work';
import type { Books } from '../provider-books.js';
import { changeRun, type Run } from '../store/reconciliations.js';

/** Who reconciles: never with a transaction open while the provider is asked. */
export interface Auditor {
  readonly db: Database;
  readonly books: Books;
  readonly log: Logger;
  readonly clock: () => Date;
  /** How long what moved may be on its way. */
  readonly settleSeconds: number;
  /** Milliseconds to wait for what of the ledger has not been read yet; 10 s unless said. */
  readonly patience?: number;
}

/** Milliseconds after which a run of which nothing is heard is begun anew; it is put off with each page that is read. */
export const LEASE = 300_000;

export const record = <Result>(
  { db, clock }: Pick<Auditor, 'db' | 'clock'>,
  act: (work: Work) => Promise<Result>,
): Promise<Result> => inWork(db, { correlationId: newId() }, act, clock);

/** Keeps a run the caller's while it works on it. Throws Overtaken where it is another's by now. */
export const goOn = (auditor: Auditor, run: Run): Promise<void> =>
  record(auditor, ({ tx, now }) => changeRun(tx, run, { due_at: new Date(now.getTime() + LEASE) }));
