import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { importJWK, SignJWT } from 'jose';
import { newestSigningKey } from './store/signing-keys.js';

/** A suspension or a changed role bites within this time. */
export const ACCESS_SECONDS = 10 * 60;
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
export async function signerOf(db: Database, { issuer, audience }: Issuer, now: Date) {
  const newest = await newestSigningKey(db, now);
  if (newest === undefined) throw new Error('there is no signing key: prepare has not run');
  const key = await importJWK(newest.privateJwk, newest.algorithm);
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
export const newRefreshToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
