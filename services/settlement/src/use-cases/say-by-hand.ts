import { settlementAudited } from '@rollcall/contracts/events/settlement';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';

/** Who decides by hand, and his words: the audit trail and the parties are told them. */
export interface ByAdmin {
  readonly admin: string;
  readonly reason: string;
}

/** Leaves in the audit trail what an admin did. */
export const sayByHand = (
  work: Work,
  { admin, reason }: ByAdmin,
  { action, target }: { action: string; target: string },
): void =>
  work.emit(settlementAudited, {
    auditId: newId(),
    actor: admin,
    action: `settlement.${action}`,
    target,
    reason,
    at: work.now.toISOString(),
  });
