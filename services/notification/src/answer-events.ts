/** `GET /events`: what was missed since the last event that came, and then what happens. */
import { followEvents } from '@rollcall/contracts/api/events';
import type { Database } from '@rollcall/kit/database';
import { type EventStream, type Follower, follow } from '@rollcall/kit/event-stream';
import type { Served } from '@rollcall/kit/http';
import type { FeedPage } from './domain/feed-page.js';
import { type Followers, sendChange } from './followers.js';
import { feedOf } from './queries.js';

/** Changes sent again at most; whoever missed more reads everything anew, which is the same and quicker. */
const MOST_MISSED = 500;

export const events = (db: Database, followers: Followers, clock: () => Date): Served =>
  follow(followEvents, async (follower) => {
    const leave = followers.places.take(follower.user.id);
    try {
      const start = await startOf(db, follower);
      const stream = follower.open();
      stream.closed.addEventListener('abort', leave);
      if (stream.closed.aborted) return leave();
      begin(stream, start, clock());
      followers.follow(follower.user.id, stream, start.after);
    } catch (error) {
      leave();
      throw error;
    }
  });

interface Start {
  /** Where the reader stands before what was missed is sent, and after it. */
  readonly from: number;
  readonly after: number;
  readonly missed: FeedPage['rows'];
  /** More was missed than is kept, or than is sent. */
  readonly isReset: boolean;
}

/** An id that was never given, by a database that was restored or by nobody, is as good as one no longer kept. */
async function startOf(db: Database, { user, lastEventId }: Follower): Promise<Start> {
  const last = lastEventId === undefined ? undefined : positionOf(lastEventId);
  const page = await feedOf(db, user.id, { after: last ?? Number.MAX_SAFE_INTEGER, most: MOST_MISSED + 1 });
  const { head, floor, rows } = page;
  const now = { from: head, after: head, missed: [], isReset: lastEventId !== undefined };
  if (last === undefined || last < floor || last > head || rows.length > MOST_MISSED) return now;
  return { from: rows.length === 0 ? head : last, after: head, missed: rows, isReset: false };
}

const positionOf = (id: string): number | undefined => (/^\d{1,15}$/.test(id) ? Number(id) : undefined);

/** `ready` has an id too, so that who hears nothing more before the line breaks still misses nothing. */
function begin(stream: EventStream, { from, missed, isReset }: Start, now: Date): void {
  const at = now.toISOString();
  stream.send({ event: 'ready', id: String(from), data: { at } });
  if (isReset) stream.send({ event: 'reset', id: String(from), data: { at } });
  for (const row of missed) sendChange(stream, row);
}
