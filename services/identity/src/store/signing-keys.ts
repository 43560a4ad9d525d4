import type { Database } from '@rollcall/kit/database';
import type { JWK } from 'jose';
import type { Knex } from 'knex';

export interface NewSigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

export const newestSigningKey = (
  db: Database,
  now: Date,
): Promise<{ kid: string; algorithm: string; privateJwk: JWK } | undefined> =>
  db('signing_keys')
    .whereNull('retired_at')
    .where('signs_from', '<=', now)
    .orderBy([
      { column: 'signs_from', order: 'desc' },
      { column: 'kid', order: 'desc' },
    ])
    .first({ kid: 'kid', algorithm: 'algorithm', privateJwk: 'private_jwk' });

const SIGNING_KEYS_LOCK = 7_250_006;

export async function lockSigningKeys(tx: Knex.Transaction): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?)', [SIGNING_KEYS_LOCK]);
}

export async function addSigningKey(tx: Knex.Transaction, key: NewSigningKey): Promise<void> {
  await tx('signing_keys').insert({
    kid: key.kid,
    algorithm: key.algorithm,
    public_jwk: JSON.stringify(key.publicJwk),
    private_jwk: JSON.stringify(key.privateJwk),
    created_at: key.createdAt,
    signs_from: key.signsFrom,
  });
}
