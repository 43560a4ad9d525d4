/** A policy version as people see it, and a draft as they give it: percent outside, basis points inside. */
import type { createPolicy, SettlementPolicy, simulatePolicy } from '@rollcall/contracts/api/policies';
import type { BodyOf } from '@rollcall/contracts/route';
import { type Policy, rulesOf } from './domain/policy.js';
import type { StoredPolicy } from './store/policies.js';

/** Newest first, as they are stored: the first that is in effect is in force. */
export function policiesFrom(newestFirst: readonly StoredPolicy[], now: Date): SettlementPolicy[] {
  const inForce = newestFirst.find(({ effectiveFrom }) => effectiveFrom <= now)?.version;
  return newestFirst.map((policy) => ({
    id: String(policy.version),
    version: policy.version,
    preset: policy.preset,
    effectiveFrom: policy.effectiveFrom.toISOString(),
    thresholdPercent: policy.threshold / 100,
    teacherMinPercent: policy.teacherMin / 100,
    teacherReferredRate: percentOrNull(policy.teacherReferred),
    ownStudentRate: percentOrNull(policy.ownStudent),
    otherwiseRate: policy.otherwise / 100,
    referrerSharePercent: policy.referrerShare / 100,
    overrides: policy.overrides.map(({ rate, ...whose }) => ({ ...whose, rate: rate / 100 })),
    status: policy.version === inForce ? 'in-force' : policy.effectiveFrom > now ? 'scheduled' : 'past',
    createdAt: policy.createdAt.toISOString(),
  }));
}

const percentOrNull = (basisPoints: number | null) => (basisPoints === null ? null : basisPoints / 100);

type Draft = Pick<BodyOf<typeof createPolicy> & BodyOf<typeof simulatePolicy>, 'preset' | 'rates'>;

/** The rules of a draft, under the version given. */
export function policyOf({ preset, rates }: Draft, version: number): Policy {
  if (rates === undefined) return { version, preset, ...rulesOf(preset) };
  return {
    ...{ version, preset },
    threshold: basisPoints(rates.thresholdPercent),
    teacherMin: basisPoints(rates.teacherMinPercent),
    teacherReferred: rates.teacherReferredRate === null ? null : basisPoints(rates.teacherReferredRate),
    ownStudent: rates.ownStudentRate === null ? null : basisPoints(rates.ownStudentRate),
    otherwise: basisPoints(rates.otherwiseRate),
    referrerShare: basisPoints(rates.referrerSharePercent),
    overrides: rates.overrides.map(({ rate, ...whose }) => ({ ...whose, rate: basisPoints(rate) })),
  };
}

/** Percent with two decimals at most: 33.33 is 3333, though 33.33 * 100 is not. */
const basisPoints = (percent: number) => Math.round(percent * 100);
