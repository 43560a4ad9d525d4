/** Entries of the ledger's stream become the card movements that reconciliation compares. */
import { createHash } from 'node:crypto';
import { entrySealed } from '@rollcall/contracts/events/ledger';
import { faultAmong, type Tip } from '@rollcall/contracts/ledger';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { inWork } from '@rollcall/kit/work';
import { z } from 'zod';
import { cardMovementsOf, nextEntries, type SealedEntry } from '../domain/ledger.js';
import { addCardMovements, lockPlace, movePlace, noteFault, noteKnown } from '../store/ledger.js';

const Message = z.object({ data: entrySealed.schema });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Takes what comes next, each entry once, checked by the chain of hashes: the movements and the place in one transaction.
 * Returns why it goes no further where it does not; the place then stays, and a repeat that fits goes on.
 */
export function takeEntries(db: Database, bodies: readonly Buffer[]): Promise<string | undefined> {
  const read = bodies.map((body) => readEntry(body));
  return inWork(db, { correlationId: newId() }, async ({ tx }) => {
    const place = await lockPlace(tx);
    const known = read.filter((one) => one !== undefined);
    const { next, fault } = nextEntries(place, known, misfit);
    const last = next.at(-1);
    if (last !== undefined) {
      await addCardMovements(tx, next.flatMap(cardMovementsOf));
      await movePlace(tx, last);
    }
    const unread = read.includes(undefined) ? 'a message of the ledger could not be read' : undefined;
    const why = fault ?? (last === undefined ? unread : undefined);
    if (why !== undefined) await noteFault(tx, why);
    return why;
  });
}

const misfit = (tip: Tip, entry: SealedEntry): string | undefined =>
  faultAmong(tip, [{ seq: entry.seq, hash: entry.hash, entry }], sha256)?.reason;

function readEntry(body: Buffer): SealedEntry | undefined {
  try {
    return Message.parse(JSON.parse(body.toString('utf8'))).data;
  } catch {
    return undefined; // somebody else's, or broken: the number that is missing then says so
  }
}

/** Nothing has come since then: the ledger is known until then, unless something of it is missing. */
export const endReached = (db: Database, since: Date): Promise<void> =>
  inWork(db, { correlationId: newId() }, ({ tx }) => noteKnown(tx, since));
