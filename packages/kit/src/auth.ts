import type { Who } from '@rollcall/contracts/route';
import { Id, Role } from '@rollcall/contracts/shapes';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { ServiceConfig } from './config.js';
import { unauthenticated, unavailable } from './errors.js';

/** Who calls, as the token says. */
export interface User {
  readonly id: string;
  readonly roles: readonly Role[];
}

export type Verify = (token: string) => Promise<User>;

export interface AuthSettings {
  /** Where the issuer's public keys are, or the keys themselves. */
  readonly keys: string | JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
  /** Where an issuer other than identity keeps the user's id and roles. */
  readonly claims?: { readonly userId: string; readonly roles: string };
}

/** The settings by which every process that checks tokens is told who signs them. */
export const issuerOf = (
  config: Pick<
    ServiceConfig,
    'AUTH_JWKS_URL' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE' | 'AUTH_CLAIM_USER_ID' | 'AUTH_CLAIM_ROLES'
  >,
): AuthSettings => ({
  keys: config.AUTH_JWKS_URL,
  issuer: config.AUTH_ISSUER,
  audience: config.AUTH_AUDIENCE,
  claims: { userId: config.AUTH_CLAIM_USER_ID, roles: config.AUTH_CLAIM_ROLES },
});

/** Asymmetric ones only: a public key must never pass as an HMAC secret, and `none` is no signature. */
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256'];
/** Seconds. */
const CLOCK_SKEW = 30;

const OURS = { userId: 'sub', roles: 'roles' };

const isRole = (name: string): name is Role => Role.safeParse(name).success;

/** Another issuer's users have roles of other applications too; a token with none but those is not for us. */
const Claims = z.object({
  id: Id,
  exp: z.number(),
  roles: z
    .array(z.string())
    .refine((names) => names.length === 0 || names.some(isRole))
    .transform((names) => names.filter(isRole)),
});

/**
 * Checks access tokens of one issuer: signature by its published keys (fetched once, cached, asked again for an unknown
 * key id at most every 5 s), issuer, audience, expiry. Throws 401, or 503 while the keys cannot be had.
 */
export function createVerifier({ keys, issuer, audience, claims = OURS }: AuthSettings): Verify {
  const keySet = typeof keys === 'string' ? remoteKeys(new URL(keys)) : createLocalJWKSet(keys);
  const options = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_SKEW };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keySet, options);
      const found = { id: claimAt(payload, claims.userId), roles: claimAt(payload, claims.roles) };
      const { id, roles } = Claims.parse({ ...found, exp: payload.exp });
      return { id, roles };
    } catch (error) {
      throw refusal(error);
    }
  };
}

/** A claim by its whole name, which may have dots (`https://app.test/roles`), else by its path (`realm_access.roles`). */
function claimAt(payload: object, name: string): unknown {
  if (Object.hasOwn(payload, name)) return (payload as Record<string, unknown>)[name];
  return name
    .split('.')
    .reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, step)
          ? (at as Record<string, unknown>)[step]
          : undefined,
      payload,
    );
}

/** Milliseconds in which an issuer that did not answer is not asked again: one that hangs costs each asker 5 s. */
const REST = 30_000;

/** Keys that cannot be fetched anew (after 10 minutes) are used on: an issuer that restarts must not stop everybody. */
function remoteKeys(url: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { cooldownDuration: 5_000, timeoutDuration: 5_000 });
  let restsUntil = 0;
  return async (header, token) => {
    const known = remote.jwks();
    const isOld = known !== undefined && !remote.fresh;
    if (isOld && Date.now() < restsUntil) return among(known)(header, token);
    try {
      return await remote(header, token);
    } catch (error) {
      if (!isOld || remote.fresh) throw error;
      restsUntil = Date.now() + REST;
      return among(known)(header, token);
    }
  };
}

/** A key that old ones do not have may be new: while its issuer cannot be asked, its token is neither good nor bad. */
const among =
  (known: JSONWebKeySet): JWTVerifyGetKey =>
  async (header, token) => {
    try {
      return await createLocalJWKSet(known)(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      throw new Error('the key is none of those known, and the issuer does not answer', { cause: error });
    }
  };

function refusal(error: unknown): Error {
  if (error instanceof errors.JWTExpired) {
    return unauthenticated('token-expired', 'The access token has expired. Refresh it and try again.');
  }
  const unreachable =
    error instanceof errors.JWKSTimeout ||
    !(error instanceof errors.JOSEError || error instanceof z.ZodError);
  // jose reports a key server that answers anything but 200 as a plain JOSEError.
  if (unreachable || (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')) {
    return unavailable(
      'keys-unavailable',
      'The keys that tokens are checked with cannot be fetched. Try again.',
    );
  }
  return unauthenticated('invalid-token', 'The access token is not valid here. Sign in again.');
}

/** The token of an Authorization header; undefined without one. Throws 401 for another scheme. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^Bearer ([\w.~+/=-]{1,8000})$/i.exec(header.trim());
  if (match?.[1] === undefined)
    throw unauthenticated('invalid-token', 'Send the header as "Authorization: Bearer <token>".');
  return match[1];
}

/**
 * The token a request is judged by. Public routes that change something (signing in, refreshing) bring their own
 * credentials: an expired token that a client sends along by habit must not keep it from getting a new one.
 */
export const tokenOf = (who: Who, method: string, header: string | undefined): string | undefined =>
  who === 'public' && method.toUpperCase() === 'POST' ? undefined : bearerOf(header);

/** When a token that was found good ends, in milliseconds; 0, and so at once, when it does not say. */
export function endOf(token: string): number {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const end = typeof claims === 'object' && claims !== null && 'exp' in claims ? Number(claims.exp) : 0;
  return Number.isFinite(end) ? end * 1000 : 0;
}
