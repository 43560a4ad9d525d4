import { walletAudited } from '@rollcall/contracts/events/wallet';
import { conflict } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import type { Format, PayoutProvider } from '../../payouts/provider.js';
import { debtorOf, endedLinesOf } from '../../store/payout-batches.js';

interface Asked {
  readonly batchId: string;
  readonly format: Format;
  /** It was taken to the bank before. */
  readonly again: boolean;
  readonly actorId: string;
}

/**
 * Keeps in the audit trail that an admin takes the file of a batch, in which bank details stand in full, before he has it.
 * Throws 404; 409 for a format this batch cannot be had in, and where a line has failed or come back: its money is its teacher's
 * again, and taken to the bank for the first time now the file would pay it once more.
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
  const ended = again ? [] : await endedLinesOf(work.tx, batchId);
  if (ended.length > 0)
    throw conflict(
      'lines-ended',
      'Lines of this batch have failed or come back. If the bank has the file already, ask with again=true; if it does not, do not ' +
        'take it there: fail what is left of the batch and make another.',
      { members: { withdrawals: ended } },
    );
  work.emit(walletAudited, {
    ...{ auditId: newId(), actor: actorId, action: 'wallet.payout-batch.file', target: batchId },
    reason: again ? `To have it once more as ${format}` : `To take it to the bank as ${format}`,
    at: work.now.toISOString(),
  });
  return { batchId };
}
