import type { Database } from '@rollcall/kit/database';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import * as store from './store/signing-keys.js';

const ALGORITHM = 'ES256';

/** Makes the first key of the platform. Replicas that start together make one: the others wait and find it. */
export async function ensureSigningKey(db: Database, now: Date): Promise<void> {
  if (await store.newestSigningKey(db, now)) return;
  const key = await generateSigningKey(now);
  await db.transaction(async (tx) => {
    await store.lockSigningKeys(tx);
    if ((await store.newestSigningKey(tx, now)) === undefined) await store.addSigningKey(tx, key);
  });
}

async function generateSigningKey(now: Date): Promise<store.NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const named = { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' };
  return {
    kid,
    algorithm: ALGORITHM,
    publicJwk: named,
    privateJwk: await exportJWK(privateKey),
    createdAt: now,
    signsFrom: now,
  };
}
