import type { Knex } from 'knex';
import type { Correction } from '../domain/correction.js';

export interface NewCorrection extends Omit<Correction, 'seq'> {
  /** Of its entry in the audit trail. */
  readonly id: string;
  readonly sessionId: string;
  readonly actorId: string;
  readonly reason: string;
}

/** The caller holds the session's row, so that the numbers of one session's corrections are in their order. */
export async function insertCorrection(tx: Knex, correction: NewCorrection, now: Date): Promise<void> {
  await tx('corrections').insert({
    id: correction.id,
    session_id: correction.sessionId,
    user_id: correction.userId,
    intervals: JSON.stringify(correction.intervals),
    actor: correction.actorId,
    reason: correction.reason,
    created_at: now,
  });
}

/** Each corrected person's last correction. */
export async function readCorrections(db: Knex, sessionId: string): Promise<Correction[]> {
  return db('corrections')
    .distinctOn('user_id')
    .select({ seq: 'seq', userId: 'user_id', intervals: 'intervals' })
    .where({ session_id: sessionId })
    .orderBy(['user_id', { column: 'seq', order: 'desc' }]);
}
