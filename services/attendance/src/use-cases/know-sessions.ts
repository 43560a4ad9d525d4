import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import type { Work } from '@rollcall/kit/work';
import { endsAt, type Rules, windowOf } from '../domain/session.js';
import { type KnownSession, upsertSessions } from '../store/sessions.js';

type SessionFacts = DataOf<typeof sessionScheduled>;

/**
 * Scheduled, rescheduled and cancelled each carry the whole session, and any may come first: the highest version wins.
 * Webhooks that came before their session wait under its room's name; writing the session makes it due at once.
 */
export const knowSessions =
  (rules: Rules) =>
  async (work: Work, events: readonly Envelope<SessionFacts>[]): Promise<void> => {
    const newest = new Map<string, SessionFacts>();
    for (const { data } of events) {
      if ((newest.get(data.sessionId)?.version ?? -1) < data.version) newest.set(data.sessionId, data);
    }
    await upsertSessions(
      work.tx,
      [...newest.values()].map((data) => known(data, rules)),
      work.now,
    );
  };

function known(data: SessionFacts, rules: Rules): KnownSession {
  const startsAt = new Date(data.startsAt);
  const session = { ...data, id: data.sessionId, startsAt: startsAt.getTime() };
  return {
    id: data.sessionId,
    courseId: data.courseId,
    number: data.number,
    teacherId: data.teacherId,
    startsAt,
    durationMinutes: data.durationMinutes,
    endsAt: new Date(endsAt(session)),
    deadlineAt: new Date(windowOf(session, rules).to),
    cancelled: data.status === 'cancelled',
    version: data.version,
  };
}
