/** `GET /admin/journeys/:id` at each service's own port: what it said that names an id, out of its outbox. */
import { type Route, route } from '@rollcall/contracts/route';
import { InstantInput } from '@rollcall/contracts/shapes';
import { z } from 'zod';
import type { Database } from './database.js';
import { query, type Served } from './http.js';
import { firstIdOf } from './id.js';

/** For the gateway, which asks every service: not in the contracts. */
const readPart = route({
  method: 'get',
  path: '/admin/journeys/:id',
  who: ['admin'],
  summary: 'Events of this service that name an id',
  params: z.strictObject({ id: z.string().regex(/^[\w-]{8,64}$/) }),
  query: z.strictObject({ from: InstantInput, to: InstantInput }),
  status: 200,
}) satisfies Route;

const MOST = 500;

/**
 * By the events' own ids, which are ordered by time: nothing else of an outbox has an index, as each costs every event. A body
 * has an id in quotes wherever it names it: as its correlation, its subject, or in what it carries.
 */
const FIND = `
  select body::json as event, not exists (select from outbox_unpublished where seq = outbox.seq) as published
    from outbox
   where id >= cast(? as uuid) and id < cast(? as uuid) and strpos(body, ?) > 0
   order by id limit ${MOST + 1}`;

interface Row {
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
    readonly correlationid: string;
    readonly causationid?: string;
  };
  readonly published: boolean;
}

/** Nothing of what events carry: they may name people. */
export const journeys = (db: Database, service: string): Served =>
  query(db, readPart, async (_db, { params, query: { from, to } }) => {
    const values = [firstIdOf(new Date(from)), firstIdOf(new Date(to)), JSON.stringify(params.id)];
    const { rows }: { rows: Row[] } = await db.raw(FIND, values);
    const events = rows.slice(0, MOST).map(({ event, published }) => ({
      ...{ id: event.id, type: event.type, service, subject: event.subject, at: event.time },
      ...{ correlationId: event.correlationid, causationId: event.causationid ?? null, published },
    }));
    return { events, truncated: rows.length > MOST };
  });
