import type { Knex } from 'knex';
import type { Frozen, Parties, Waiting } from '../domain/terms.js';

export interface NewHold extends Parties {
  readonly id: string;
  readonly purchaseId: string;
  readonly sessionId: string;
  readonly amount: number;
  readonly currency: string;
  readonly requestedAt: string;
  readonly heldAt: string;
  readonly policyVersion: number;
}

/** Stores what is not there yet; the wallet may repeat its answer under another event id. Returns how many were new. */
export async function addHolds(
  tx: Knex.Transaction,
  holds: readonly NewHold[],
  terms: ReadonlyMap<string, Frozen | Waiting>,
  now: Date,
): Promise<number> {
  const rows = holds.map((hold) => ({
    id: hold.id,
    purchase_id: hold.purchaseId,
    course_id: hold.courseId,
    session_id: hold.sessionId,
    student_id: hold.studentId,
    teacher_id: hold.teacherId,
    amount: hold.amount,
    currency: hold.currency,
    requested_at: hold.requestedAt,
    held_at: hold.heldAt,
    policy_version: hold.policyVersion,
    ...termsRow(terms.get(hold.id)),
    status: 'held',
    created_at: now,
  }));
  const result = await tx.raw<{ rowCount: number }>(
    'insert into holds select * from json_populate_recordset(null::holds, ?) on conflict (id) do nothing',
    [JSON.stringify(rows)],
  );
  return result.rowCount;
}

function termsRow(terms: Frozen | Waiting | undefined) {
  if (terms === undefined || 'waitsFor' in terms) return { waits_for: terms?.waitsFor ?? null };
  return {
    commission_case: terms.commissionCase,
    commission_rate: terms.commissionRate,
    referrer_share: terms.referrerShare,
    referrer_id: terms.referrerId,
    referral_account: terms.referralAccount,
  };
}

export interface WaitingHold extends Parties {
  readonly id: string;
  readonly sessionId: string;
  readonly policyVersion: number;
}

/** Those whose terms wait for one of these users. One that went back without them may be corrected by them. */
export async function holdsWaitingFor(
  tx: Knex.Transaction,
  userIds: readonly string[],
  limit: number,
): Promise<WaitingHold[]> {
  return tx('holds').whereIn('waits_for', userIds).orderBy('id').limit(limit).select({
    id: 'id',
    courseId: 'course_id',
    sessionId: 'session_id',
    studentId: 'student_id',
    teacherId: 'teacher_id',
    policyVersion: 'policy_version',
  });
}

/** Freezes the terms of holds that waited; what was frozen meanwhile is left alone. */
export async function freezeHolds(
  tx: Knex.Transaction,
  terms: ReadonlyMap<string, Frozen | Waiting>,
): Promise<void> {
  const rows = [...terms].map(([id, frozen]) => ({ id, ...termsRow(frozen) }));
  await tx.raw(
    `update holds h
     set waits_for = t.waits_for, commission_case = t.commission_case, commission_rate = t.commission_rate,
         referrer_share = t.referrer_share, referrer_id = t.referrer_id, referral_account = t.referral_account
     from json_populate_recordset(null::holds, ?) t
     where h.id = t.id and h.waits_for is not null`,
    [JSON.stringify(rows)],
  );
}

/** Users we know by now for whom holds still wait: a gap for the sweep. */
export async function usersWaitedForInVain(db: Knex, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct u.id from holds h join users u on u.id = h.waits_for
     where h.waits_for is not null and u.version > 0 limit ?`,
    [limit],
  );
  return rows.map((row) => row.id);
}

/** The session of a hold, which never changes: locked before the hold is looked at. */
export async function sessionOf(tx: Knex.Transaction, holdId: string): Promise<string | undefined> {
  const row = await tx('holds').where({ id: holdId }).first('session_id');
  return row?.session_id;
}

/**
 * Notes which holds were paid by the decision that stands; word of an earlier one says nothing new. Returns the places in
 * `paid` of those that cannot have been: not there, or not decided so here yet.
 */
export async function markPaid(
  tx: Knex.Transaction,
  paid: readonly { holdId: string; decisionVersion?: number | undefined; paidAt: string }[],
): Promise<Set<number>> {
  const { rows } = await tx.raw<{ rows: { place: number }[] }>(
    `with told as (
       select * from unnest(?::uuid[], ?::int[], ?::timestamptz[]) with ordinality as t (id, version, paid_at, place)
     ), paid as (
       update holds h set paid_at = coalesce(h.paid_at, t.paid_at) from told t
       where h.id = t.id and h.decided_at is not null and h.decision_version = coalesce(nullif(t.version, 0), h.decision_version)
     )
     select t.place::int from told t left join holds h on h.id = t.id
     where h.decided_at is null or h.decision_version < t.version`,
    [
      paid.map((one) => one.holdId),
      paid.map((one) => one.decisionVersion ?? 0), // 0: the replica that said it is of an older release
      paid.map((one) => one.paidAt),
    ],
  );
  return new Set(rows.map((row) => row.place - 1));
}
