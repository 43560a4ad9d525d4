import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { type KnownSession, upsertSessions } from '../store/sessions.js';

type SessionFacts = DataOf<typeof sessionScheduled>;

/** Scheduled, rescheduled and cancelled each carry the whole session, and any may come first: the highest version wins. */
export async function knowSessions(work: Work, events: readonly Envelope<SessionFacts>[]): Promise<void> {
  const newest = new Map<string, KnownSession>();
  for (const { data } of events) {
    const { sessionId: id, startsAt, status, version } = data;
    if ((newest.get(id)?.version ?? -1) < version)
      newest.set(id, { ...data, id, startsAt: new Date(startsAt), cancelled: status === 'cancelled' });
  }
  await upsertSessions(work.tx, [...newest.values()]);
}
