/**
 * A text under a key of its own, which alone lies under the configured one: keys are replaced by wrapping that key anew, and
 * what was sealed is not opened for it. `<key id>.<wrapped key>.<content>`, each bound to the purpose.
 */
import { randomBytes } from 'node:crypto';
import { type Keyring, seal, unseal } from '@rollcall/kit/sealed';

const KEY_BYTES = 32;

const wrapping = (purpose: string): string => `key/${purpose}`;

/** A data key as a ring of one. Its name is not kept: the place in the envelope says what it is. */
const ringOf = (key: Buffer): Keyring => ({ sealing: { id: 'own', key }, keys: new Map([['own', key]]) });

export function enclose(keys: Keyring, text: string, purpose: string): string {
  const key = randomBytes(KEY_BYTES);
  const [, content] = seal(ringOf(key), text, purpose).split('.');
  return `${seal(keys, key.toString('base64url'), wrapping(purpose))}.${content}`;
}

/** Throws like `unseal`. What was sealed before there were envelopes, without a key of its own, opens too. */
export function open(keys: Keyring, enclosed: string, purpose: string): string {
  const [id, wrapped, content] = enclosed.split('.');
  if (content === undefined) return unseal(keys, enclosed, purpose);
  const key = Buffer.from(unseal(keys, `${id}.${wrapped}`, wrapping(purpose)), 'base64url');
  return unseal(ringOf(key), `own.${content}`, purpose);
}

/** Under the key that seals now; throws where the old one does not open. The content stays closed, byte for byte. */
export function rewrap(keys: Keyring, enclosed: string, purpose: string): string {
  const [id, wrapped, content] = enclosed.split('.');
  if (content === undefined) return enclose(keys, unseal(keys, enclosed, purpose), purpose);
  const key = unseal(keys, `${id}.${wrapped}`, wrapping(purpose));
  return `${seal(keys, key, wrapping(purpose))}.${content}`;
}
