import { walletAudited } from '@rollcall/contracts/events/wallet';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { lockWithdrawal } from '../store/withdrawals.js';

interface Asked {
  readonly withdrawalId: string;
  readonly actorId: string;
  readonly reason?: string;
}

/** Keeps in the audit trail that an admin looks at bank details, before he sees them. Throws 404. */
export async function revealBankAccount(
  work: Work,
  { withdrawalId, actorId, reason }: Asked,
): Promise<{ withdrawalId: string }> {
  await lockWithdrawal(work.tx, withdrawalId);
  work.emit(walletAudited, {
    ...{ auditId: newId(), actor: actorId, action: 'wallet.withdrawal.reveal', target: withdrawalId },
    reason: reason ?? 'No reason was given',
    at: work.now.toISOString(),
  });
  return { withdrawalId };
}
