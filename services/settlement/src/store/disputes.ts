/** SQL that writes or locks disputes. Their holds' sessions are locked, by which disputing and settling queue. */
import type { Knex } from 'knex';
import type { Disputable } from '../domain/dispute.js';
import type { By } from './decisions.js';
import { type AnyHold, COLUMNS, FROM } from './to-judge.js';

export type Party = 'student' | 'teacher';

/** The session of a hold of this user's; undefined where the hold is nobody's, or somebody else's. */
export async function sessionOfOwn(
  tx: Knex.Transaction,
  { holdId, userId }: { holdId: string; userId: string },
): Promise<string | undefined> {
  const row = await tx('holds')
    .where({ id: holdId })
    .whereRaw('? in (student_id, teacher_id)', [userId])
    .first('session_id');
  return row?.session_id;
}

/** One hold with all that says whether it may be disputed; its session is locked. */
export async function holdToDispute(
  tx: Knex.Transaction,
  holdId: string,
): Promise<(AnyHold & Disputable) | undefined> {
  const { rows } = await tx.raw<{ rows: (AnyHold & Disputable)[] }>(
    `select ${COLUMNS}, s.completed_at is not null as completed, s.starts_at as "startsAt", s.started_at as "startedAt",
            h.decided_at as "decidedAt", d.reason,
            exists (select from disputes x where x.hold_id = h.id and x.status = 'open') as "hasOpenDispute",
            exists (select from disputes x where x.hold_id = h.id and x.resolved_version = h.decision_version) as "isResolved"
     ${FROM} left join decisions d on d.hold_id = h.id and d.version = h.decision_version
     where h.id = ?`,
    [holdId],
  );
  return rows[0];
}

export interface NewDispute {
  readonly id: string;
  readonly hold: Pick<AnyHold, 'id' | 'decisionVersion'>;
  readonly openedBy: Party;
  readonly reason: string;
}

/** Opens it. A hold that has not ended waits for an admin from then on, and for nothing else. */
export async function openDispute(
  tx: Knex.Transaction,
  { id, hold, openedBy, reason }: NewDispute,
  now: Date,
): Promise<void> {
  await tx('disputes').insert({
    ...{ id, hold_id: hold.id, opened_by: openedBy, reason, decision_version: hold.decisionVersion },
    opened_at: now,
  });
  await tx('holds')
    .where({ id: hold.id })
    .whereIn('status', ['held', 'review'])
    .update({ status: 'disputed', review_since: null });
}

/** A dispute as an admin decides about it; its session is locked. */
export interface DisputeToResolve {
  readonly id: string;
  readonly holdId: string;
  readonly status: 'open' | 'resolved';
}

/** The session of a dispute's hold, which never changes: locked before the dispute is looked at. */
export async function sessionOfDispute(tx: Knex.Transaction, disputeId: string): Promise<string | undefined> {
  const row = await tx('disputes')
    .join('holds', 'holds.id', 'disputes.hold_id')
    .where({ 'disputes.id': disputeId })
    .first('holds.session_id');
  return row?.session_id;
}

export const disputeToResolve = (
  tx: Knex.Transaction,
  disputeId: string,
): Promise<DisputeToResolve | undefined> =>
  tx('disputes').where({ id: disputeId }).first('id', 'status', { holdId: 'hold_id' });

/** Resolves the open dispute of a hold by the decision that stands, if there is one. Returns it. */
export async function closeDispute(
  tx: Knex.Transaction,
  { holdId, version, by, now }: { holdId: string; version: number; by: By; now: Date },
): Promise<{ id: string; openedBy: Party } | undefined> {
  const rows: { id: string; opened_by: Party }[] = await tx('disputes')
    .where({ hold_id: holdId, status: 'open' })
    .update({
      ...{ status: 'resolved', resolved_version: version, resolved_at: now },
      ...{ resolved_by: by.actor, notes: by.notes },
    })
    .returning(['id', 'opened_by']);
  return rows[0] && { id: rows[0].id, openedBy: rows[0].opened_by };
}
