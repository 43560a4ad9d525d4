/** What the demo students start with. Development only. */
import { DEMO_ACCOUNTS } from '@rollcall/contracts/demo';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork, type Work } from '@rollcall/kit/work';
import { type Adjustment, accountsToAdjust, postAdjustment } from './domain/adjust.js';
import { openBook } from './domain/ledger.js';
import { lockAccounts } from './store/accounts.js';
import { addJournal, hasEntry } from './store/ledger.js';

/** Once for ever: the entry's id is the account's own, and replicas that start together queue on the account's lock. */
export async function giveDemoCredits(db: Database, clock: () => Date): Promise<void> {
  for (const { id, credits } of DEMO_ACCOUNTS) {
    if (credits > 0) await inWork(db, { correlationId: newId() }, (work) => give(work, id, credits), clock);
  }
}

async function give(work: Work, userId: string, amount: number): Promise<void> {
  const adjustment: Adjustment = {
    ...{ direction: 'credit', account: 'credits', userId, amount, currency: 'USD' },
    reason: 'Demo credits',
    actorId: null,
  };
  const book = openBook(await lockAccounts(work.tx, accountsToAdjust(adjustment)), newId);
  if (await hasEntry(work.tx, userId)) return;
  postAdjustment(book, adjustment, { id: userId, referenceType: 'demo', referenceId: userId });
  addJournal(work, book.journal);
}
