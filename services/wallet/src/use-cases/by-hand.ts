import { walletAudited } from '@rollcall/contracts/events/wallet';
import { notFound } from '@rollcall/kit/errors';
import { newId } from '@rollcall/kit/id';
import type { Work } from '@rollcall/kit/work';
import { type AccountKey, type Book, type EntryRow, openBook } from '../domain/ledger.js';
import { lockAccounts } from '../store/accounts.js';
import { isKnownUser } from '../store/users.js';
import { record } from './record.js';

interface Deed {
  readonly userId: string;
  readonly action: string;
  readonly reason: string;
  /** The admin; null for the platform itself. */
  readonly actorId: string | null;
  readonly accounts: readonly AccountKey[];
}

/**
 * One entry that a person makes on a user's accounts, with who and why on the entry and in the audit trail. Throws 404
 * for a user not heard of.
 */
export async function byHand(
  work: Work,
  { userId, action, reason, actorId, accounts }: Deed,
  post: (book: Book, entry: Pick<EntryRow, 'id' | 'referenceType' | 'referenceId'>) => void,
): Promise<{ entryId: string; book: Book }> {
  if (!(await isKnownUser(work.tx, userId))) throw notFound('user');
  const book = openBook(await lockAccounts(work.tx, accounts), newId);
  const [entryId, auditId] = [newId(), newId()];

  post(book, { id: entryId, referenceType: 'adjustment', referenceId: auditId });

  record(work, book);
  work.emit(walletAudited, {
    ...{ auditId, actor: actorId, action, target: userId, reason },
    at: work.now.toISOString(),
  });
  return { entryId, book };
}
