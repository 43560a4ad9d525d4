import type { DataOf } from '@rollcall/contracts/event';
import type { resultRequested } from '@rollcall/contracts/events/settlement';
import type { Work } from '@rollcall/kit/work';
import type { Presence } from '../domain/bounds.js';
import { readResult } from '../store/results.js';
import { askToLook, readSession } from '../store/sessions.js';
import { presenceOf, sayResult } from './say-result.js';

/**
 * Says a session's newest result again, word for word, to whom it was lost on the way. Of one that has none nothing is
 * said: it is looked at, which completes it when it is over. Of one not heard of there is nothing to say.
 */
export async function repeatResult(work: Work, { sessionId }: DataOf<typeof resultRequested>): Promise<void> {
  const session = await readSession(work.tx, sessionId);
  if (session === undefined) return;
  if (session.latestVersion === 0) return askToLook(work.tx, sessionId, work.now);
  const { startedAt, endedAt, people, ...kept } = await readResult(work.tx, sessionId, session.latestVersion);
  const teacher = people.find(({ role }) => role === 'teacher')!;
  sayResult(work, {
    ...kept,
    sessionId,
    version: session.latestVersion,
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt.toISOString(),
    teacher: presenceOf(teacher),
    people: people.filter((one) => one !== teacher && wasSeen(one)).map(presenceOf),
  });
}

/** Records are also kept of buyers nobody saw, and the event is of those who were seen. */
const wasSeen = ({ maxSeconds, firstSeenAt, disconnects, corrected }: Presence): boolean =>
  maxSeconds > 0 || firstSeenAt !== null || disconnects.length > 0 || corrected;
