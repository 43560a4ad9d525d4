/** What the ledger's stream carries. It goes to the stream alone, not to the exchange. Source: docs/ledger.md. */
import type { z } from 'zod';
import { LedgerEntry } from '../api/finance.js';
import { event } from '../event.js';

/** Behind the prefix of every name on the broker. */
export const LEDGER_STREAM = 'ledger.entries.v1';

export const entrySealed = event(
  'wallet.entry-sealed',
  1,
  'id',
  'An entry got its place in the sealed ledger; on the stream `rollcall.ledger.entries.v1`',
  LedgerEntry.omit({ createdAt: true }),
);
export type EntrySealed = z.infer<typeof entrySealed.schema>;
