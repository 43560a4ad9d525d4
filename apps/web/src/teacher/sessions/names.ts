import { readRoster } from '@rollcall/contracts/api/teaching';
import { useList } from '../../api/read.js';
import { useWords } from '../../words/words.js';

/** A page of a session's roster: more are shown as one asks for them. */
export const rosterInput = (sessionId: string) => ({ params: { sessionId }, query: { limit: 50 } });

/** How a person of a session is called: by the roster where he bought it, else by the end of his id. */
export function useNames(sessionId: string): (userId: string) => string {
  const t = useWords('teacher');
  const { rows } = useList(readRoster, rosterInput(sessionId));
  const names = new Map(rows.map(({ studentId, studentName }) => [studentId, studentName]));
  return (userId) => names.get(userId) ?? t('roster.unnamed', { id: userId.slice(-6) });
}
