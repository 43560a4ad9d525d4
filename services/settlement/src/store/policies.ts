import type { Knex } from 'knex';
import type { Policy, Rules } from '../domain/policy.js';

export interface DatedPolicy extends Policy {
  readonly effectiveFrom: Date;
}

/** One that was written. */
export interface StoredPolicy extends DatedPolicy {
  readonly createdAt: Date;
}

/** More versions than a platform ever has; a day's new one for two and a half years. */
const MOST = 1000;

/** Newest first, so that the first one in effect at a moment is the one in force then. */
export async function policies(db: Knex): Promise<StoredPolicy[]> {
  const rows: PolicyRow[] = await db('policies')
    .orderBy([
      { column: 'effective_from', order: 'desc' },
      { column: 'version', order: 'desc' },
    ])
    .limit(MOST);
  return rows.map((row) => ({
    version: row.version,
    preset: row.preset,
    effectiveFrom: row.effective_from,
    threshold: row.threshold,
    teacherMin: row.teacher_min,
    teacherReferred: row.rate_teacher_referred,
    ownStudent: row.rate_own_student,
    otherwise: row.rate_otherwise,
    referrerShare: row.referrer_share,
    overrides: row.overrides,
    createdAt: row.created_at,
  }));
}

/** A version is written once: whoever comes second finds it there. */
export async function addPolicy(db: Knex, policy: DatedPolicy): Promise<void> {
  await db('policies')
    .insert({
      version: policy.version,
      preset: policy.preset,
      effective_from: policy.effectiveFrom,
      threshold: policy.threshold,
      teacher_min: policy.teacherMin,
      rate_teacher_referred: policy.teacherReferred,
      rate_own_student: policy.ownStudent,
      rate_otherwise: policy.otherwise,
      referrer_share: policy.referrerShare,
      overrides: JSON.stringify(policy.overrides),
    })
    .onConflict('version')
    .ignore();
}

/** Any number; nobody else in this database takes it. Whoever writes a version waits for who writes another. */
const LOCK = 740_001;

export const lockPolicies = (tx: Knex.Transaction): Promise<unknown> =>
  tx.raw('select pg_advisory_xact_lock(?)', [LOCK]);

/** 0 before the first. */
export async function newestVersion(tx: Knex.Transaction): Promise<number> {
  const row = await tx('policies').max('version as newest').first();
  return Number(row?.newest ?? 0);
}

interface PolicyRow {
  readonly version: number;
  readonly preset: Policy['preset'];
  readonly effective_from: Date;
  readonly threshold: number;
  readonly teacher_min: number;
  readonly rate_teacher_referred: number | null;
  readonly rate_own_student: number | null;
  readonly rate_otherwise: number;
  readonly referrer_share: number;
  readonly overrides: Rules['overrides'];
  readonly created_at: Date;
}
