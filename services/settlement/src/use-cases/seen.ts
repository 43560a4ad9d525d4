/** Who was seen in a session, as a hold is judged by it. */
import type { Work } from '@rollcall/kit/work';
import type { Presence, SessionFacts } from '../domain/decide.js';
import { presencesOf } from '../store/sessions.js';
import type { HoldRow } from '../store/to-judge.js';

/** By user id. */
export type People = ReadonlyMap<string, Presence>;

/** Facts stored in this very transaction, which need not be read again. */
export interface Known {
  readonly attendanceVersion: number;
  readonly people: People;
}

/** By session, of those whom these holds are about. A newer result may have come between two chunks: then it is read. */
export async function seenIn(
  { tx }: Work,
  holds: readonly HoldRow[],
  known: ReadonlyMap<string, Known> = new Map(),
): Promise<ReadonlyMap<string, People>> {
  const isKnown = ({ sessionId, attendanceVersion }: HoldRow) =>
    known.get(sessionId)?.attendanceVersion === attendanceVersion;
  const unknown = holds.filter((hold) => !isKnown(hold));
  const given = new Map([...known].map(([sessionId, { people }]) => [sessionId, people]));
  if (unknown.length === 0) return given;
  const sessions = [...new Set(unknown.map((hold) => hold.sessionId))];
  const users = [...new Set(unknown.flatMap((hold) => [hold.studentId, hold.teacherId]))];
  return new Map([...given, ...(await presencesOf(tx, sessions, users))]);
}

export const factsOf = (
  { observed, scheduledSeconds, attendanceVersion }: HoldRow,
  people: People,
): SessionFacts => ({ observed, scheduledSeconds, attendanceVersion, people });
