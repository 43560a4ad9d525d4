import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@rollcall/contracts/shapes';
import { newId } from '@rollcall/kit/id';
import { SignJWT } from 'jose';
import type { Context } from './context.js';
import { ACCESS_SECONDS } from './domain/access.js';
import { openPrivateKey } from './signing-keys.js';
import { newestSigningKey } from './store/signing-keys.js';

export const REFRESH_DAYS = 30;

/** Who the tokens are from and for. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: string;
}

export interface Holder {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** Signs with the newest key there is; read each time (0.3 ms), so that a rotation needs no word between replicas. */
export async function signerOf({
  db,
  issuer: { issuer, audience },
  keyrings,
  clock,
}: Omit<Context, 'passwords'>) {
  const now = clock();
  const newest = await newestSigningKey(db, now);
  if (newest === undefined) throw new Error('there is no signing key: prepare has not run');
  const key = await openPrivateKey(keyrings.signing, newest);
  const issuedAt = Math.floor(now.getTime() / 1000);

  return ({ id, roles }: Holder): Promise<string> =>
    new SignJWT({ roles })
      .setProtectedHeader({ alg: newest.algorithm, kid: newest.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(id)
      .setJti(newId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ACCESS_SECONDS)
      .sign(key);
}

/** 256 random bits: nothing to guess, so a plain SHA-256 is what is kept of it. */
export const newSecretToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
