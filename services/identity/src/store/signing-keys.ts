import type { Database } from '@rollcall/kit/database';
import type { JWK } from 'jose';
import type { Knex } from 'knex';
import type { KeyState } from '../domain/key-rotation.js';

export interface NewSigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly privateSealed: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

/** The key that signs now. One without its private part only verifies. */
export const newestSigningKey = (
  db: Database,
  now: Date,
): Promise<{ kid: string; algorithm: string; privateSealed: string } | undefined> =>
  db('signing_keys')
    .whereNotNull('private_sealed')
    .where('signs_from', '<=', now)
    .orderBy([
      { column: 'signs_from', order: 'desc' },
      { column: 'kid', order: 'desc' },
    ])
    .first({ kid: 'kid', algorithm: 'algorithm', privateSealed: 'private_sealed' });

const SIGNING_KEYS_LOCK = 7_250_006;

export async function lockSigningKeys(tx: Knex.Transaction): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?)', [SIGNING_KEYS_LOCK]);
}

export async function addSigningKey(tx: Knex.Transaction, key: NewSigningKey): Promise<void> {
  await tx('signing_keys').insert({
    kid: key.kid,
    algorithm: key.algorithm,
    public_jwk: JSON.stringify(key.publicJwk),
    private_sealed: key.privateSealed,
    created_at: key.createdAt,
    signs_from: key.signsFrom,
  });
}

/** Every key that still verifies, or will. */
export const liveKeys = (
  tx: Knex.Transaction,
): Promise<(KeyState & { readonly privateSealed: string | null })[]> =>
  tx('signing_keys').whereNull('retired_at').select({
    kid: 'kid',
    signsFrom: 'signs_from',
    replaceAskedAt: 'replace_asked_at',
    privateSealed: 'private_sealed',
  });

/** They verify nothing any more, and their private parts are gone. */
export const retireKeys = (tx: Knex.Transaction, kids: readonly string[], at: Date): Promise<number> =>
  tx('signing_keys')
    .whereIn('kid', [...kids])
    .update({ retired_at: at, private_sealed: null });

export const resealKey = (tx: Knex.Transaction, kid: string, privateSealed: string): Promise<number> =>
  tx('signing_keys').where({ kid }).update({ private_sealed: privateSealed });
