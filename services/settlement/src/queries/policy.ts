/** SQL behind what buyers are told of the policy. */
import type { readPolicyInForce } from '@rollcall/contracts/api/settlement';
import type { AnswerOf } from '@rollcall/contracts/route';
import { notFound } from '@rollcall/kit/errors';
import type { Knex } from 'knex';

/** By the database's clock, as a purchase that is asked for now: at one moment the newest version is in force. */
export async function findPolicyInForce(
  db: Knex,
  disputeWindowHours: number,
): Promise<AnswerOf<typeof readPolicyInForce>> {
  const policy: PolicyRow | undefined = await db('policies')
    .where('effective_from', '<=', db.fn.now())
    .orderBy([
      { column: 'effective_from', order: 'desc' },
      { column: 'version', order: 'desc' },
    ])
    .first('version', 'effective_from', 'threshold', 'teacher_min');
  if (policy === undefined) throw notFound('policy');
  return {
    version: policy.version,
    effectiveFrom: policy.effective_from.toISOString(),
    thresholdPercent: policy.threshold / 100,
    teacherMinPercent: policy.teacher_min / 100,
    disputeWindowHours,
  };
}

interface PolicyRow {
  readonly version: number;
  readonly effective_from: Date;
  readonly threshold: number;
  readonly teacher_min: number;
}
