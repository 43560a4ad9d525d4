import { walletAudited } from '@rollcall/contracts/events/wallet';
import { conflict } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { mayBeTaken } from '../../domain/payout-batch.js';
import type { Format, PayoutProvider } from '../../payouts/provider.js';
import { debtorOf, linesOf } from '../../store/payout-batches.js';

interface Asked {
  readonly batchId: string;
  readonly format: Format;
  /** It was taken to the bank before. */
  readonly again: boolean;
  readonly actorId: string;
}

/**
 * Keeps in the audit trail that an admin takes the file of a batch, in which bank details stand in full, before he has it.
 * Throws 404; 409 for a format this batch cannot be had in, and for the first time where a line has ended (`mayBeTaken`).
 */
export async function takeFile(
  work: Work,
  { batchId, format, again, actorId }: Asked,
  provider: PayoutProvider,
): Promise<{ batchId: string }> {
  const debtor = await debtorOf(work.tx, batchId);
  if (!provider.formats(debtor).includes(format))
    throw conflict(
      'no-debtor-account',
      'When this batch was made no account was set to pay from (PAYOUT_DEBTOR_NAME, PAYOUT_DEBTOR_ACCOUNT): take the CSV.',
    );
  if (!again) mayBeTaken(await linesOf(work.tx, batchId));
  work.emit(walletAudited, {
    ...{ auditId: newId(), actor: actorId, action: 'wallet.payout-batch.file', target: batchId },
    reason: again ? `To have it once more as ${format}` : `To take it to the bank as ${format}`,
    at: work.now.toISOString(),
  });
  return { batchId };
}
