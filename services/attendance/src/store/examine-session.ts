import type { Knex } from 'knex';
import { type Bounds, bounds } from '../domain/bounds.js';
import { observed } from '../domain/completion.js';
import { correct, type Evidence } from '../domain/evidence.js';
import { proofOf, type Rules } from '../domain/session.js';
import { readCorrections } from './corrections.js';
import { heardBetween, readEvidence } from './deliveries.js';
import type { KeptSession } from './sessions.js';
import { addSweeps } from './sweeps.js';

export interface Examined {
  readonly evidence: Evidence;
  readonly seen: Bounds;
  readonly observed: boolean;
}

/** Deliveries, sweeps and corrections of a session: rows that are only ever added. */
export async function countEvidence(db: Knex, { id, courseId, number }: KeptSession): Promise<number> {
  const { rows } = await db.raw(
    `select (select count(*) from deliveries where course_id = :courseId and session_number = :number)
          + (select count(*) from sweeps where course_id = :courseId and session_number = :number)
          + (select count(*) from corrections where session_id = :id) as count`,
    { id, courseId, number },
  );
  return rows[0].count;
}

/** What the stored events and corrections say of a session now. Reads only. */
export async function examineSession(db: Knex, session: KeptSession, rules: Rules): Promise<Examined> {
  const evidence = await readEvidence(db, { room: session, session, rules });
  for (const correction of await readCorrections(db, session.id)) correct(evidence, correction);
  const proof = proofOf(session, rules);
  await addSweeps(db, evidence, { room: session, proof, sip: rules.sip });
  const heard = evidence.heard || (await heardBetween(db, proof.other));
  return { evidence, seen: bounds(evidence, session, rules), observed: observed(evidence, heard) };
}
