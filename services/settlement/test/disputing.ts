/** Disputes told as people send them, for the tests about them. */
import type { RequestListener } from 'node:http';
import type { Role } from '@rollcall/contracts/shapes';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { emitted } from '@rollcall/kit/testing';
import { aClass, ask, payAll, tell, user } from './stage.js';

export const SAID = 'The teacher had no sound for half of the class';
export const REASON = 'The recording shows it';
type Seconds = number | readonly [seconds: number, maxSeconds: number];

export interface Resolution {
  readonly outcome: 'release' | 'refund' | 'split';
  readonly teacherPercent?: number;
}

export function stageOf(db: Database, app: RequestListener) {
  const holdRow = (holdId: string) => db('holds').where({ id: holdId }).first();
  const disputesOf = (holdId: string) => db('disputes').where({ hold_id: holdId }).orderBy('id');
  const saidOf = async (subject: string) => (await emitted(db)).filter((event) => event.subject === subject);

  const dispute = (holdId: string, id: string, role: Role = 'student', headers = {}, reason = SAID) =>
    ask(app, 'post', `/holds/${holdId}/dispute`, { body: { reason }, id, role, headers });
  const resolve = (disputeId: string, how: Resolution, headers = {}, id = newId()) =>
    ask(app, 'post', `/admin/disputes/${disputeId}/resolve`, {
      body: { ...how, reason: REASON },
      ...{ headers, id },
    });

  /** A hold of a class of one, of a referred teacher, that has begun. */
  async function held({ amount = 1000, known = true } = {}) {
    const one = aClass();
    const bought = one.bought(amount);
    if (known) await tell(db, user(one.teacherId, 'teacher', newId()));
    await tell(db, one.scheduled(), bought.event);
    const complete = (seconds: Seconds) => tell(db, one.completed({ [bought.studentId]: seconds }));
    const amend = (version: number, now: Seconds) =>
      tell(db, one.amended(version, { [bought.studentId]: now }));
    return { one, ...bought, complete, amend };
  }

  /** One that has ended, and is paid. */
  async function ended(seconds: Seconds, { amount = 1000, pay = true } = {}) {
    const hold = await held({ amount });
    await hold.complete(seconds);
    if (pay) await payAll(db);
    return hold;
  }

  async function disputed<Hold extends { holdId: string; studentId: string }>(hold: Hold) {
    const { body } = await dispute(hold.holdId, hold.studentId);
    return { ...hold, disputeId: body.id as string };
  }

  return { holdRow, disputesOf, saidOf, dispute, resolve, held, ended, disputed };
}
