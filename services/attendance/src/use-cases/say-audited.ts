import { attendanceAudited } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';

export interface ByHand {
  readonly sessionId: string;
  /** The admin. */
  readonly actorId: string;
  readonly reason: string;
  /** The If-Match header: the version he decided by. */
  readonly ifMatch?: string | undefined;
}

/** Says who did what by hand, and why, to the audit trail. `auditId` names its entry there. */
export function sayAudited(
  work: Work,
  auditId: string,
  entry: { actor: string; action: `attendance.${string}`; target: string; reason: string },
): void {
  work.emit(attendanceAudited, { auditId, ...entry, at: work.now.toISOString() });
}
