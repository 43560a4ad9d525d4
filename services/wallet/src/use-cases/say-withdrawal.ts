import {
  withdrawalApproved,
  withdrawalCancelled,
  withdrawalCompleted,
  withdrawalFailed,
  withdrawalProcessing,
  withdrawalRejected,
  withdrawalRequested,
  withdrawalReturned,
} from '@rollcall/contracts/events/wallet';
import { money } from '@rollcall/contracts/money';
import type { Work } from '@rollcall/kit/work';
import type { Status } from '../domain/withdrawal.js';
import type { StoredWithdrawal } from '../store/withdrawals.js';

const SAID = {
  pending: withdrawalRequested,
  approved: withdrawalApproved,
  processing: withdrawalProcessing,
  completed: withdrawalCompleted,
  returned: withdrawalReturned,
  failed: withdrawalFailed,
  rejected: withdrawalRejected,
  cancelled: withdrawalCancelled,
} as const satisfies Record<Status, unknown>;

type Said = Omit<StoredWithdrawal, 'approvedBy' | 'payableFrom'> & { readonly reason: string | null };

/** Says the state a withdrawal is in now. Nothing of the bank account is ever said. */
export function sayWithdrawal(work: Work, withdrawal: Said): void {
  const { id, teacherId, amount, currency, status, version, reason } = withdrawal;
  const said = { withdrawalId: id, teacherId, amount: money(amount, currency), status, reason };
  work.emit(SAID[status], said, { version });
}
