/** SQL behind what billing knows of the ledger. */
import type { Tip } from '@rollcall/contracts/ledger';
import type { Database } from '@rollcall/kit/database';
import type { Knex } from 'knex';
import type { CardMovement, SealedEntry } from '../domain/ledger.js';

type Tx = Knex.Transaction;

/** The last seal read, and until when the ledger is known; null: it is not yet. */
export interface Place extends Tip {
  readonly sealedAt: Date | null;
  readonly knownUntil: Date | null;
  /** Why it is not read on. */
  readonly fault: string | null;
}

const COLUMNS = ['seq', 'hash', 'sealed_at as sealedAt', 'known_until as knownUntil', 'fault'];

export const readPlace = async (db: Database): Promise<Place> => (await placeIn(db))[0] as Place;
export const lockPlace = async (tx: Tx): Promise<Place> => (await placeIn(tx).forUpdate())[0] as Place;
const placeIn = (db: Database) => db('ledger_place').select(COLUMNS);

export async function addCardMovements(tx: Tx, movements: readonly CardMovement[]): Promise<void> {
  if (movements.length === 0) return;
  await tx('ledger_card_movements').insert(
    movements.map(({ seq, currency, entryId, type, reference, amount, at, sealedAt }) => ({
      ...{ seq, currency, type, reference, amount, at },
      ...{ entry_id: entryId, sealed_at: sealedAt },
    })),
  );
}

/** On to this entry; what kept it from going on is over. */
export async function movePlace(tx: Tx, { seq, hash, sealedAt }: SealedEntry): Promise<void> {
  await tx('ledger_place').update({
    ...{ seq, hash, sealed_at: sealedAt, fault: null },
    known_until: tx.raw('greatest(known_until, ?::timestamptz)', [sealedAt]),
  });
}

export async function noteFault(tx: Tx, fault: string): Promise<void> {
  await tx('ledger_place').update({ fault });
}

export async function noteKnown(tx: Tx, until: Date): Promise<void> {
  await tx('ledger_place')
    .whereNull('fault')
    .update({ known_until: tx.raw('greatest(known_until, ?::timestamptz)', [until]) });
}
