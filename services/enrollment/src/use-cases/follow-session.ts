import type { DataOf } from '@rollcall/contracts/event';
import type { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import { type NotYet, notYet } from '@rollcall/kit/consumer';
import type { Work } from '@rollcall/kit/work';
import { completeSession, startSession } from '../store/courses.js';
import { saveAttendance } from '../store/holds.js';

/** Teacher and student met: nobody buys or cancels this session any more. */
export async function noteStarted(
  { tx }: Work,
  { sessionId, at }: DataOf<typeof sessionStarted>,
): Promise<NotYet | undefined> {
  return (await startSession(tx, sessionId, new Date(at))) ? undefined : unknownSession();
}

/** The session is over; everybody who holds a place sees how long they were there, by the newest result. */
export async function noteCompleted(
  { tx }: Work,
  result: DataOf<typeof sessionCompleted>,
): Promise<NotYet | undefined> {
  const startedAt = result.startedAt === null ? null : new Date(result.startedAt);
  if (!(await completeSession(tx, result.sessionId, startedAt))) return unknownSession();
  await saveAttendance(tx, result);
  return undefined;
}

const unknownSession = () => notYet('the session is not known here');
