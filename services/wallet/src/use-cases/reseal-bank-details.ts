import type { Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { resealBankAccount } from '../bank-account.js';
import { putSealed, rowsSealedBy, type SealedRow } from '../store/bank-accounts.js';

/** Rows of a table in one transaction; the next turn takes the next. */
const AT_ONCE = 500;

/** Of rows with bank details: those sealed anew, and those that do not open, having been changed by hand. */
interface Resealed {
  readonly done: readonly string[];
  readonly broken: readonly string[];
}

/**
 * Seals anew what an older key of the list sealed, so that this key may leave the list. Details under a key that is not
 * in the list stay as they are: putting it back is all that can help them.
 */
export async function resealBankDetails(work: Work, keys: Keyring): Promise<Resealed> {
  const older = [...keys.keys.keys()].filter((id) => id !== keys.sealing.id);
  const seen: SealedRow[] = [];
  const anew: SealedRow[] = [];
  for (const table of ['withdrawals', 'bank_accounts'] as const) {
    const rows = await rowsSealedBy(work.tx, table, { keys: older, limit: AT_ONCE });
    const opened = rows.flatMap((row) => reseal(keys, row));
    await putSealed(work.tx, table, opened);
    seen.push(...rows);
    anew.push(...opened);
  }
  const done = anew.map(({ id }) => id);
  return { done, broken: seen.map(({ id }) => id).filter((id) => !done.includes(id)) };
}

/** One that does not open must not keep the others from it. */
function reseal(keys: Keyring, { id, sealed }: SealedRow): SealedRow[] {
  try {
    return [{ id, sealed: resealBankAccount(keys, sealed, id) }];
  } catch {
    return [];
  }
}
