import { isSealedNow, type Keyring } from '@rollcall/kit/sealed';
import type { Work } from '@rollcall/kit/work';
import { tend } from '../domain/key-rotation.js';
import { generateSigningKey, resealed } from '../signing-keys.js';
import * as store from '../store/signing-keys.js';

/**
 * Makes the next signing key when it is due and publishes it long before it signs, retires those whose last token is
 * over, and seals anew what an older key of the ring sealed.
 */
export async function tendKeys(work: Work, keyring: Keyring): Promise<void> {
  await store.lockSigningKeys(work.tx);
  const keys = await store.liveKeys(work.tx);
  const { nextSignsFrom, retired } = tend(keys, work.now);
  if (nextSignsFrom !== undefined) {
    const next = await generateSigningKey(keyring, { now: work.now, signsFrom: nextSignsFrom });
    await store.addSigningKey(work.tx, next);
  }
  await store.retireKeys(work.tx, retired, work.now);
  for (const { kid, privateSealed } of keys) {
    if (privateSealed === null || retired.includes(kid) || isSealedNow(keyring, privateSealed)) continue;
    await store.resealKey(work.tx, kid, resealed(keyring, kid, privateSealed));
  }
}
