import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionStarted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import * as store from '../store/sessions.js';

/** Keeps when each session was seen to start: what is given up after that stays with it. */
export async function learnStarts(
  work: Work,
  events: readonly Envelope<DataOf<typeof sessionStarted>>[],
): Promise<void> {
  const starts = events.map(({ data }) => data);
  await store.lockSessions(
    work.tx,
    starts.map(({ sessionId }) => sessionId),
  );
  await store.startSessions(work.tx, starts);
}
