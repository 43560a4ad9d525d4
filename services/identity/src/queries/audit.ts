import type { AuditEntry, adminAudit } from '@rollcall/contracts/api/identity';
import type { AnswerOf, QueryOf } from '@rollcall/contracts/route';
import { Id, Instant } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { decodeCursor, listPage } from '@rollcall/kit/page';

interface Row {
  readonly audit_id: string;
  readonly source: string;
  readonly actor: string | null;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly at: Date;
}

/** What was done by hand anywhere, newest first; entries of one moment by their ids. */
export async function findAudit(
  db: Database,
  { limit, cursor, actor, action, target, from, to }: QueryOf<typeof adminAudit>,
): Promise<AnswerOf<typeof adminAudit>> {
  const before = decodeCursor(cursor, Instant, Id);
  const rows = db<Row>('audit_entries')
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'audit_id', order: 'desc' },
    ])
    .limit(limit + 1);
  if (before !== undefined) rows.whereRaw('(at, audit_id) < (?::timestamptz, ?::uuid)', [...before]);
  if (actor !== undefined) rows.where({ actor });
  if (action !== undefined) rows.whereIn('action', action);
  if (target !== undefined) rows.where({ target });
  if (from !== undefined) rows.where('at', '>=', from);
  if (to !== undefined) rows.where('at', '<', to);
  return listPage<Row, AuditEntry>(await rows, limit, entryOf, (row) => [row.at.toISOString(), row.audit_id]);
}

const entryOf = ({ audit_id, source, actor, action, target, reason, at }: Row): AuditEntry => ({
  id: audit_id,
  service: source.replace('/rollcall/', ''),
  actor,
  action,
  target,
  reason,
  at: at.toISOString(),
  createdAt: at.toISOString(),
});
