import type { Knex } from 'knex';
import type { Policy, Rules } from '../domain/policy.js';

export interface DatedPolicy extends Policy {
  readonly effectiveFrom: Date;
}

/** More versions than a platform ever has; a day's new one for two and a half years. */
const MOST = 1000;

/** Newest first, so that the first one in effect at a moment is the one in force then. */
export async function policies(db: Knex): Promise<DatedPolicy[]> {
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
}
