/** What the wallet answers to finance: the sealed ledger. */
import {
  followHold,
  listSolvency,
  readLedger,
  readSolvency,
  readTrialBalance,
  verifyLedger,
} from '@rollcall/contracts/api/finance';
import type { Database } from '@rollcall/kit/database';
import { query, type Served } from '@rollcall/kit/http';
import { solvency, solvencyHistory, trialBalance, trialBalanceCsv } from '../queries/balances.js';
import { holdTrail } from '../queries/hold-trail.js';
import { ledgerCsv, ledgerPage, verificationOf } from '../queries/ledger.js';

export const finance = (db: Database): Served[] => [
  query(db, readLedger, async (_db, { query: asked, wantsCsv }) =>
    wantsCsv ? ledgerCsv(db, asked) : ledgerPage(db, asked),
  ),
  query(db, followHold, (_db, { params }) => holdTrail(db, params.holdId)),
  query(db, readTrialBalance, async (_db, { query: { asOf }, wantsCsv }) =>
    wantsCsv ? trialBalanceCsv(db, asOf) : trialBalance(db, asOf),
  ),
  query(db, verifyLedger, (_db, { query: range }) => verificationOf(db, range)),
  query(db, readSolvency, (_db, { query: { asOf } }) => solvency(db, asOf)),
  query(db, listSolvency, (_db, { query: page }) => solvencyHistory(db, page)),
];
