import type { Knex } from 'knex';
import type { Config } from './config.js';
import { rulesOf } from './domain/policy.js';
import { addPolicy } from './store/policies.js';

type PolicySettings = Pick<Config, 'SETTLEMENT_POLICY' | 'SETTLEMENT_CUSTOM_RATES'>;

/** Writes policy version 1, in force from the beginning. It is written once: later starts and rivals find it there. */
export const prepare = ({ db, config }: { db: Knex; config: PolicySettings }): Promise<void> =>
  addPolicy(db, {
    version: 1,
    preset: config.SETTLEMENT_POLICY,
    effectiveFrom: new Date(0),
    ...rulesOf(config.SETTLEMENT_POLICY, config.SETTLEMENT_CUSTOM_RATES),
  });
