/** Freezing a hold's terms: from the policy in force and the users it depends on to one rate and one referrer. */
import type { Override, Policy, Preset } from './policy.js';

/** A user we have heard of. `referrerId` null: nobody referred him, which is not the same as not being heard of. */
export interface User {
  readonly roles: readonly string[];
  readonly referrerId: string | null;
}

export type CommissionCase = 'teacher-referred' | 'own-student' | 'otherwise' | 'override';

/** What the users decide. Frozen once; later news of them changes nothing. */
export interface Frozen {
  readonly commissionCase: CommissionCase;
  /** Basis points of the hold. */
  readonly commissionRate: number;
  /** Basis points of the commission. */
  readonly referrerShare: number;
  readonly referrerId: string | null;
  /** Where the share goes: a teacher's earnings, anybody else's promo. */
  readonly referralAccount: 'earnings' | 'promo' | null;
}

/** The terms cannot be frozen before this user is known. */
export interface Waiting {
  readonly waitsFor: string;
}

export interface Terms extends Frozen {
  readonly policyVersion: number;
  readonly preset: Preset;
  readonly threshold: number;
  readonly teacherMin: number;
}

export interface Parties {
  readonly courseId: string;
  readonly studentId: string;
  readonly teacherId: string;
}

/**
 * The terms of a hold, or the id of the first user they wait for. The teacher must always be known; the student where
 * the policy asks who brought him; the referrer where he has a share, because his account depends on who he is.
 * The rate for a teacher's own student is already his reward, so only the referrer of a teacher gets a share.
 */
export function freeze(policy: Policy, hold: Parties, known: ReadonlyMap<string, User>): Frozen | Waiting {
  const teacher = known.get(hold.teacherId);
  if (!teacher) return { waitsFor: hold.teacherId };
  const found = caseOf(policy, hold, teacher, known);
  if ('waitsFor' in found) return found;

  const referrerId = found.commissionCase === 'teacher-referred' ? teacher.referrerId : null;
  const override = overrideFor(policy.overrides, hold);
  const rated: Rated =
    override === undefined ? found : { commissionCase: 'override', commissionRate: override };
  if (policy.referrerShare === 0 || referrerId === null)
    return { ...rated, referrerShare: 0, referrerId: null, referralAccount: null };

  const referrer = known.get(referrerId);
  if (!referrer) return { waitsFor: referrerId };
  const referralAccount = referrer.roles.includes('teacher') ? 'earnings' : 'promo';
  return { ...rated, referrerShare: policy.referrerShare, referrerId, referralAccount };
}

type Rated = Pick<Frozen, 'commissionCase' | 'commissionRate'>;

function caseOf(
  policy: Policy,
  hold: Parties,
  teacher: User,
  known: ReadonlyMap<string, User>,
): Rated | Waiting {
  if (policy.teacherReferred !== null && teacher.referrerId !== null)
    return { commissionCase: 'teacher-referred', commissionRate: policy.teacherReferred };
  if (policy.ownStudent !== null) {
    const student = known.get(hold.studentId);
    if (!student) return { waitsFor: hold.studentId };
    if (student.referrerId === hold.teacherId)
      return { commissionCase: 'own-student', commissionRate: policy.ownStudent };
  }
  return { commissionCase: 'otherwise', commissionRate: policy.otherwise };
}

/** The closest override: teacher in course, then course, then teacher. */
function overrideFor(overrides: readonly Override[], hold: Parties): number | undefined {
  const closeness = (one: Override) => (one.courseId ? 2 : 0) + (one.teacherId ? 1 : 0);
  return overrides
    .filter((one) => one.teacherId === undefined || one.teacherId === hold.teacherId)
    .filter((one) => one.courseId === undefined || one.courseId === hold.courseId)
    .sort((a, b) => closeness(b) - closeness(a))[0]?.rate;
}
