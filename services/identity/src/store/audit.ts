import type { Knex } from 'knex';

export interface AuditEntry {
  readonly auditId: string;
  readonly source: string;
  readonly actor: string | null;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly at: string;
}

export async function addAuditEntry(tx: Knex.Transaction, { auditId, ...entry }: AuditEntry): Promise<void> {
  await tx('audit_entries')
    .insert({ audit_id: auditId, ...entry })
    .onConflict('audit_id')
    .ignore();
}
