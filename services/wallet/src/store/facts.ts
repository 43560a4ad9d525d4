import type { LedgerFacts } from '@rollcall/contracts/ledger';

/** A row of ledger_entries(). */
export interface FactRow {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly reference: string;
  readonly actor_id: string | null;
  readonly description: string | null;
  readonly transfers: readonly [from: string, to: string, amount: number, currency: string][];
}

/** The facts of an entry as they are sealed: instants in UTC with milliseconds. */
export const factsOf = (row: FactRow): LedgerFacts => ({
  id: row.id,
  type: row.type,
  at: row.at.toISOString(),
  reference: row.reference,
  actorId: row.actor_id,
  description: row.description,
  transfers: row.transfers.map(([from, to, amount, currency]) => ({ from, to, amount, currency })),
});
