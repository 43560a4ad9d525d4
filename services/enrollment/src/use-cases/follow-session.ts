import type { DataOf, Envelope } from '@rollcall/contracts/event';
import type { sessionCompleted, sessionStarted } from '@rollcall/contracts/events/attendance';
import type { Work } from '@rollcall/kit/work';
import { completeSession, startSession } from '../store/courses.js';
import { saveAttendance } from '../store/holds.js';

type Started = Envelope<DataOf<typeof sessionStarted>>;
type Result = Envelope<DataOf<typeof sessionCompleted>>;

/** Teacher and student met: nobody buys or cancels these sessions any more. */
export async function noteStarted({ tx }: Work, events: readonly Started[]): Promise<Envelope[]> {
  return inOrder(events, ({ data: { sessionId, at } }) => startSession(tx, sessionId, new Date(at)));
}

/** The sessions are over; everybody who holds a place sees how long they were there, by the newest result. */
export async function noteCompleted({ tx }: Work, events: readonly Result[]): Promise<Envelope[]> {
  const early = await inOrder(events, ({ data: { sessionId, startedAt } }) =>
    completeSession(tx, sessionId, startedAt === null ? null : new Date(startedAt)),
  );
  const known = events.filter((event) => !early.includes(event));
  const oldestFirst = known.map(({ data }) => data).sort((a, b) => a.version - b.version);
  const newest = new Map(oldestFirst.map((result) => [result.sessionId, result]));
  if (newest.size > 0) await saveAttendance(tx, [...newest.values()]);
  return early;
}

/** Sessions are locked by id, as whoever buys a course locks them. Returns the events whose session is not known here. */
async function inOrder<Event extends Envelope<{ sessionId: string }>>(
  events: readonly Event[],
  note: (event: Event) => Promise<boolean>,
): Promise<Event[]> {
  const early: Event[] = [];
  const sorted = [...events].sort((a, b) => (a.data.sessionId < b.data.sessionId ? -1 : 1));
  for (const event of sorted) if (!(await note(event))) early.push(event);
  return early;
}
