/** Did one of our video servers send these bytes? Token and body hash first; what the body says comes after. */
import { createHash } from 'node:crypto';
import { TokenVerifier } from 'livekit-server-sdk';
import type { KeyPair } from './config.js';

/** `untimely`: genuine but for nbf or exp. Somebody's clock is off, and a 4xx would lose the event for good. */
export type Verdict = 'genuine' | 'forged' | 'untimely';

export type CheckSignature = (authorization: string | undefined, sha256: Buffer) => Promise<Verdict>;

/** Seconds. The SDK's default of 10 silently loses everything on a slow clock. */
const TOLERANCE = 60;

export const hashOf = (body: Buffer): Buffer => createHash('sha256').update(body).digest();

/**
 * Checks with the SDK's verifier, as `WebhookReceiver.receive` does, but against the raw bytes: receive() takes a string,
 * throws alike for a forged and for an unreadable body, and decodes a message that is not needed (37 µs against 10 µs).
 */
export function signatureCheck(pairs: readonly KeyPair[]): CheckSignature {
  const verifiers = new Map<string, TokenVerifier[]>();
  for (const { key, secret } of pairs) {
    verifiers.set(key, [...(verifiers.get(key) ?? []), new TokenVerifier(key, secret)]);
  }
  return async (authorization, sha256) => {
    if (authorization === undefined) return 'forged';
    const hash = sha256.toString('base64');
    let verdict: Verdict = 'forged';
    for (const verifier of verifiers.get(issuerOf(authorization)) ?? []) {
      const one = await verify(verifier, authorization, hash);
      if (one === 'genuine') return one;
      if (one === 'untimely') verdict = one;
    }
    return verdict;
  };
}

async function verify(verifier: TokenVerifier, token: string, hash: string): Promise<Verdict> {
  try {
    const claims = await verifier.verify(token, TOLERANCE);
    return claims.sha256 === hash ? 'genuine' : 'forged';
  } catch (error) {
    return isUntimely(error, hash) ? 'untimely' : 'forged';
  }
}

/** jose checks the signature and the issuer before the times, and hands the claims over with the error. */
function isUntimely(error: unknown, hash: string): boolean {
  if (!(error instanceof Error) || !('claim' in error) || !('reason' in error) || !('payload' in error))
    return false;
  const isTime = error.claim === 'exp' || error.claim === 'nbf';
  const payload = error.payload as Readonly<Record<string, unknown>> | null;
  return isTime && error.reason === 'check_failed' && payload?.sha256 === hash;
}

/** The claim that names the key, unchecked: it only chooses which secret to check with. */
function issuerOf(token: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null && 'iss' in claims ? String(claims.iss) : '';
  } catch {
    return '';
  }
}
