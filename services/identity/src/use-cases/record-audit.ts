import type { Envelope } from '@rollcall/contracts/event';
import type { audited } from '@rollcall/contracts/events/identity';
import type { Work } from '@rollcall/kit/work';
import type { z } from 'zod';
import { addAuditEntry } from '../store/audit.js';

type Audited = z.output<typeof audited>;

/** Keeps what a service says somebody did by hand, once an audit id however often and by whatever event it is said. */
export async function recordAudit(work: Work, data: Audited, { source }: Envelope<Audited>): Promise<void> {
  const { auditId, actor, action, target, reason, at } = data;
  await addAuditEntry(work.tx, { auditId, source, actor, action, target, reason, at });
}
