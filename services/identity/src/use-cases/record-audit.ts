import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { attendanceAudited } from '@rollcall/contracts/events/attendance';
import type { walletAudited } from '@rollcall/contracts/events/wallet';
import type { Work } from '@rollcall/kit/work';
import { addAuditEntry } from '../store/audit.js';

type Audited = DataOf<typeof walletAudited | typeof attendanceAudited>;

/** Keeps what a service says somebody did by hand, once an audit id however often and by whatever event it is said. */
export async function recordAudit(work: Work, data: Audited, { source }: Envelope<Audited>): Promise<void> {
  const { auditId, actor, action, target, reason, at } = data;
  await addAuditEntry(work.tx, { auditId, source, actor, action, target, reason, at });
}
