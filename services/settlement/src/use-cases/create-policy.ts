import { unprocessable } from '@rollcall/kit/errors';
import type { Work } from '@rollcall/kit/work';
import type { Policy } from '../domain/policy.js';
import { addPolicy, lockPolicies, newestVersion } from '../store/policies.js';
import { type ByAdmin, sayByHand } from './say-by-hand.js';

export interface NewPolicy extends ByAdmin {
  readonly policy: (version: number) => Policy;
  /** Undefined: from now on. */
  readonly effectiveFrom: string | undefined;
}

/** Milliseconds by which a caller's clock may run behind; what says 'now' there is now. */
const SKEW = 30_000;

/**
 * Writes the next version. Throws 422 for one that would have been in force already: purchases have been made under what was
 * then, and their terms stay.
 */
export async function createPolicy(work: Work, asked: NewPolicy): Promise<{ version: number }> {
  const from = asked.effectiveFrom === undefined ? work.now : new Date(asked.effectiveFrom);
  if (from.getTime() < work.now.getTime() - SKEW)
    throw unprocessable(
      'in-the-past',
      'A policy counts for what is bought after it was written: `effectiveFrom` must not lie in the past.',
    );
  await lockPolicies(work.tx);
  const version = (await newestVersion(work.tx)) + 1;
  const effectiveFrom = new Date(Math.max(from.getTime(), work.now.getTime()));
  await addPolicy(work.tx, { ...asked.policy(version), effectiveFrom });
  sayByHand(work, asked, { action: 'policy.create', target: `policy:${version}` });
  return { version };
}
