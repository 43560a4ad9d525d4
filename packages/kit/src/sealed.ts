/**
 * Secrets at rest: AES-256-GCM under a configured key, named in the sealed text so that keys can be replaced. A purpose is
 * bound in: what was sealed for one row or reader opens for no other.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Named keys of 32 bytes. The first one seals, all of them open. */
export interface Keyring {
  readonly sealing: { readonly id: string; readonly key: Buffer };
  readonly keys: ReadonlyMap<string, Buffer>;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A setting that lists keys: `new:<base64 of 32 bytes>,old:<base64 of 32 bytes>`. */
export const keyList = z.string().transform((text, { addIssue }): Keyring => {
  const named = text.split(',').map((entry) => {
    const [, id = '', key = ''] = /^\s*([\w-]{1,40}):([A-Za-z0-9+/_-]{43}=?)\s*$/.exec(entry) ?? [];
    return { id, key: Buffer.from(key, 'base64') };
  });
  const keys = new Map(named.map(({ id, key }) => [id, key]));
  const [sealing] = named;
  const isGood = keys.size === named.length && named.every(({ key }) => key.length === KEY_BYTES);
  if (sealing !== undefined && isGood) return { sealing, keys };
  addIssue('must be id:key pairs separated by commas, each key 32 bytes in base64');
  return z.NEVER;
});

/** `<key id>.<base64url of iv, ciphertext and tag>`. */
export function seal({ sealing }: Keyring, text: string, purpose: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealing.key, iv).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${sealing.id}.${sealed.toString('base64url')}`;
}

/** Throws when the key is not in the ring, the purpose is another, or a byte was changed. */
export function unseal({ keys }: Keyring, sealed: string, purpose: string): string {
  const [id = '', content = ''] = sealed.split('.');
  const key = keys.get(id);
  if (key === undefined)
    throw new Error(`no key ${id.slice(0, 40)} in the key list: it sealed what is read here`);
  const bytes = Buffer.from(content, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}

/** Is it sealed by the key that seals now? What is not should be sealed anew before its key leaves the list. */
export const isSealedNow = ({ sealing }: Keyring, sealed: string): boolean =>
  sealed.startsWith(`${sealing.id}.`);
