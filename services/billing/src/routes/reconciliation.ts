import * as api from '@rollcall/contracts/api/reconciliation';
import type { Database } from '@rollcall/kit/database';
import { command, query, type Served } from '@rollcall/kit/http';
import { lastReconciliation, readRun } from '../queries/reconciliation.js';
import { askReconciliation } from '../use-cases/ask-reconciliation.js';

/** The card provider's books against the ledger. */
export const reconciling = (db: Database, settleSeconds: number): Served[] => [
  query(db, api.readReconciliation, (_db, { query: filter }) => lastReconciliation(db, filter)),
  command(
    db,
    api.startReconciliation,
    (work, { body, user }) => askReconciliation(work, { ...body, askedBy: user.id }, settleSeconds),
    (_db, { id }) => readRun(db, id),
  ),
];
