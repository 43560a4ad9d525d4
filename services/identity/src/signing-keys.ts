import type { Database } from '@rollcall/kit/database';
import { type Keyring, seal, unseal } from '@rollcall/kit/sealed';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import * as store from './store/signing-keys.js';

const ALGORITHM = 'ES256';

/**
 * Makes the first key of the platform. Replicas that start together make one: the others wait and find it. Throws where
 * the key that signs cannot be opened: better no start than a ready service where nobody signs in.
 */
export async function ensureSigningKey(db: Database, keyring: Keyring, now: Date): Promise<void> {
  const newest = await store.newestSigningKey(db, now);
  if (newest !== undefined) {
    await openPrivateKey(keyring, newest).catch((cause: Error) => {
      throw new Error(`IDENTITY_KEYS does not open the key that signs: ${cause.message}`, { cause });
    });
    return;
  }
  const key = await generateSigningKey(keyring, { now, signsFrom: now });
  await db.transaction(async (tx) => {
    await store.lockSigningKeys(tx);
    if ((await store.newestSigningKey(tx, now)) === undefined) await store.addSigningKey(tx, key);
  });
}

/** A new pair, its private part sealed for its own key id: one moved to another row opens nowhere. */
export async function generateSigningKey(
  keyring: Keyring,
  { now, signsFrom }: { now: Date; signsFrom: Date },
): Promise<store.NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    algorithm: ALGORITHM,
    publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
    privateSealed: seal(keyring, JSON.stringify(await exportJWK(privateKey)), purposeOf(kid)),
    createdAt: now,
    signsFrom,
  };
}

export const openPrivateKey = async (
  keyring: Keyring,
  { kid, algorithm, privateSealed }: { kid: string; algorithm: string; privateSealed: string },
) => importJWK(JSON.parse(unseal(keyring, privateSealed, purposeOf(kid))), algorithm);

/** The same private part under the key that seals now. */
export const resealed = (keyring: Keyring, kid: string, privateSealed: string): string =>
  seal(keyring, unseal(keyring, privateSealed, purposeOf(kid)), purposeOf(kid));

const purposeOf = (kid: string): string => `signing-key/${kid}`;
