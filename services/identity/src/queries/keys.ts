import type { jwks } from '@rollcall/contracts/api/identity';
import type { AnswerOf } from '@rollcall/contracts/route';
import type { Database } from '@rollcall/kit/database';

/** Every key that may verify a token, those not signing yet too. */
export async function publicKeys(db: Database): Promise<AnswerOf<typeof jwks>> {
  const rows = await db('signing_keys')
    .whereNull('retired_at')
    .orderBy('signs_from', 'desc')
    .select('public_jwk');
  return { keys: rows.map((row) => row.public_jwk) };
}
