/** Who is listening in this replica, and one look at the feed for all of them while anybody is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedChange } from '@rollcall/contracts/api/events';
import type { EventStream } from '@rollcall/kit/event-stream';
import type { Logger } from '@rollcall/kit/log';
import { createPlaces, type PlaceRules, type Places } from '@rollcall/kit/places';
import type { FeedPage, FeedRow } from './domain/feed-page.js';

export interface FollowersContext {
  /** Everybody's changes after an id, at most so many. */
  readonly read: (after: number, most: number) => Promise<FeedPage>;
  readonly limits: PlaceRules;
  readonly log: Logger;
  /** Rows of one look; what there is beyond is read at once. */
  readonly page?: number;
}

export interface Followers {
  readonly places: Places;
  /** Sends the user's changes above `after` until the stream is closed. */
  follow(userId: string, stream: EventStream, after: number): void;
}

/** Milliseconds between two looks, and after one that failed. */
const POLL = 200;
const AWAY = 1_000;
const PAGE = 1_000;

interface Listener {
  readonly userId: string;
  readonly stream: EventStream;
  after: number;
}

export function createFollowers({ read, limits, log, page = PAGE }: FollowersContext): Followers {
  const listeners = new Set<Listener>();
  let looking = false;

  const look = async () => {
    while (listeners.size > 0) {
      const more = await tellNews(listeners, read, page).catch((error: unknown) => {
        log.warn({ err: error }, 'the feed could not be read; who listens hears nothing meanwhile');
        return undefined;
      });
      if (more !== true) await sleep(more === undefined ? AWAY : POLL);
    }
    looking = false;
  };
  return {
    places: createPlaces(limits),
    follow: (userId, stream, after) => {
      if (stream.closed.aborted) return;
      const listener: Listener = { userId, stream, after };
      listeners.add(listener);
      stream.closed.addEventListener('abort', () => listeners.delete(listener));
      if (looking) return;
      looking = true;
      void look();
    },
  };
}

/**
 * One look: each listener hears what is above the last it heard. Who came while it was going on is left to the next, as the
 * look may have begun above what that one waits for. Returns whether there was more than a page.
 */
async function tellNews(
  listeners: ReadonlySet<Listener>,
  read: FollowersContext['read'],
  page: number,
): Promise<boolean> {
  const asking = [...listeners];
  const from = asking.reduce((least, { after }) => Math.min(least, after), Number.MAX_SAFE_INTEGER);
  const { rows, head } = await read(from, page);
  const isFull = rows.length >= page;
  const upTo = isFull ? (rows.at(-1)?.id ?? head) : head;
  const ofUser = byUser(rows);
  for (const listener of asking) {
    for (const row of ofUser.get(listener.userId) ?? [])
      if (row.id > listener.after) sendChange(listener.stream, row);
    listener.after = Math.max(listener.after, upTo);
  }
  return isFull;
}

function byUser(rows: readonly FeedRow[]): ReadonlyMap<string, readonly FeedRow[]> {
  const found = new Map<string, FeedRow[]>();
  for (const row of rows) {
    const own = found.get(row.userId);
    if (own === undefined) found.set(row.userId, [row]);
    else own.push(row);
  }
  return found;
}

export function sendChange(stream: EventStream, row: FeedRow): void {
  const { id, resource, resourceId, type, sessionId, courseId, at } = row;
  const data: FeedChange = {
    resource: resource as FeedChange['resource'],
    ...(resourceId !== null && { id: resourceId }),
    type,
    ...(sessionId !== null && { sessionId }),
    ...(courseId !== null && { courseId }),
    at: at.toISOString(),
  };
  stream.send({ event: 'change', id: String(id), data });
}
