import type { Turn } from '@rollcall/kit/schedule';
import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { resealBankAccount } from '../../bank-account.js';
import { putSealed, rowsSealedBy, type SealedRow, type Table } from '../../store/bank-accounts.js';

/** Rows in one transaction, and such transactions in one go: half a million rows. */
const AT_ONCE = 500;
const BATCHES = 1_000;

/** Of rows with bank details: those sealed anew, and those that do not open, having been changed by hand. */
export interface Resealed {
  readonly done: readonly string[];
  readonly broken: readonly string[];
}

/**
 * Seals anew what an older key of the list sealed, so that this key may leave the list, a batch after the other while the
 * service runs. Details under a key that is not in the list stay as they are: putting it back is all that can help them.
 * `each` is called in the transaction of every batch. Returns whether it came to the end.
 */
export async function resealBankDetails(
  inWork: Turn['inWork'],
  keys: Keyring,
  each: (work: Work, batch: Resealed) => Promise<void>,
): Promise<boolean> {
  let batches = 0;
  for (const table of ['withdrawals', 'bank_accounts'] as const) {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      if (batches === BATCHES) return false;
      batches += 1;
      const place: string = after;
      after = await inWork((work) => resealBatch(work, keys, { table, after: place, each }));
    }
  }
  return true;
}

interface Place {
  readonly table: Table;
  readonly after: string;
  readonly each: (work: Work, batch: Resealed) => Promise<void>;
}

/** Returns where the next batch goes on; undefined at the end of the table. */
async function resealBatch(
  work: Work,
  keys: Keyring,
  { table, after, each }: Place,
): Promise<string | undefined> {
  const older = [...keys.keys.keys()].filter((id) => id !== keys.sealing.id);
  const rows = await rowsSealedBy(work.tx, table, { keys: older, after, limit: AT_ONCE });
  const anew = rows.flatMap((row) => reseal(keys, row));
  await putSealed(work.tx, table, anew);
  const done = anew.map(({ id }) => id);
  const broken = rows.map(({ id }) => id).filter((id) => !done.includes(id));
  if (rows.length > 0) await each(work, { done, broken });
  return rows.length < AT_ONCE ? undefined : rows.at(-1)?.id;
}

/** One that does not open must not keep the others from it. */
function reseal(keys: Keyring, { id, sealed }: SealedRow): SealedRow[] {
  try {
    return [{ id, sealed: resealBankAccount(keys, sealed, id) }];
  } catch {
    return [];
  }
}
