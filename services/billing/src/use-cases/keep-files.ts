import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import type { Desk } from '../desk.js';
import { nextTry } from '../domain/ladder.js';
import { invoicePdf } from '../pdf/invoice.js';
import { keepFile, printedOf, storedFile, takeDueFiles } from '../store/invoice-files.js';

/**
 * The file of an issued document. It is made where there is none yet, and the first that is stored stays: of two who make
 * it at once both get the same bytes.
 */
export async function fileOf(db: Database, id: string, clock: () => Date): Promise<Buffer> {
  const stored = await storedFile(db, id);
  if (stored !== undefined) return stored;
  const pdf = await invoicePdf(await printedOf(db, id)); // outside a transaction: it is a hundredth of a second of work
  await inWork(db, { correlationId: newId() }, ({ tx, now }) => keepFile(tx, id, pdf, now), clock);
  return (await storedFile(db, id)) ?? pdf;
}

/** Files of one turn; the next one takes the rest. */
const LIMIT = 50;

/** Makes the files that are due. One that fails is tried again later and holds up no other. Returns how many were due. */
export async function makeDueFiles({ db, log, clock }: Pick<Desk, 'db' | 'log' | 'clock'>): Promise<number> {
  const now = clock();
  const due = await inWork(db, { correlationId: newId() }, ({ tx }) =>
    takeDueFiles(tx, { now, limit: LIMIT, next: (attempts) => nextTry(attempts, now) }),
  );
  for (const id of due)
    await fileOf(db, id, clock).catch((error: unknown) =>
      log.error({ err: error, invoiceId: id }, 'the file of an invoice could not be made; it is tried again'),
    );
  return due.length;
}
