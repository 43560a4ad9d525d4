import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionCompleted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import * as store from '../store/sessions.js';
import { judgeHolds } from './judge-holds.js';
import { questionEnded } from './question-ended.js';

type Result = Envelope<DataOf<typeof sessionCompleted>>;

/**
 * Keeps the newest result of each session. What is held or in doubt is judged by it; what has ended is held against it,
 * and stays as it is until an admin says otherwise.
 */
export async function learnAttendance(work: Work, events: readonly Result[]): Promise<void> {
  const newestLast = events.toReversed().sort((a, b) => a.data.version - b.data.version);
  const bySession = new Map(newestLast.map((event) => [event.data.sessionId, event]));
  const ids = [...bySession.keys()];
  await store.lockSessions(work.tx, ids);
  const kept = await store.keepResults(
    work.tx,
    [...bySession.values()].map(({ data }) => ({ ...data, people: usersSeen(data) })),
    work.now,
  );
  const known = new Map(
    kept.map(({ sessionId, version, people }) => [
      sessionId,
      { attendanceVersion: version, people: new Map(people.map((one) => [one.userId, one])) },
    ]),
  );
  await judgeHolds(work, ids, { bySession, known });
  const amended = await store.amendedSessions(work.tx, { ids, limit: ids.length });
  for (const one of amended) await questionEnded(work, one, bySession.get(one.sessionId));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Each user once; whoever joined under a name that is no id has bought nothing. */
function usersSeen({ teacher, people }: DataOf<typeof sessionCompleted>) {
  const users = [...people, teacher].filter((one) => UUID.test(one.userId));
  const once = new Map(users.map((one) => [one.userId, one]));
  return [...once.values()].map(({ userId, seconds, maxSeconds, corrected = false }) => ({
    userId,
    seconds,
    maxSeconds: Math.max(seconds, maxSeconds),
    corrected,
  }));
}
