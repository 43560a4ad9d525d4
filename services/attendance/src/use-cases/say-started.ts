import { sessionStarted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import type { Examined } from '../store/examine-session.js';
import { type KeptSession, markStarted } from '../store/sessions.js';

/** Says once that the teacher and somebody else were first both in. */
export async function sayStarted(
  work: Work,
  { id, startedAt }: KeptSession,
  { seen }: Examined,
): Promise<void> {
  if (startedAt !== null || seen.startedAt === null) return;
  const at = new Date(seen.startedAt);
  if (await markStarted(work.tx, id, at)) {
    work.emit(sessionStarted, { sessionId: id, at: at.toISOString() }, { version: 1 });
  }
}
