/** A small service of notes, to try what the kit does for any service over HTTP. */
import { route } from '@rollcall/contracts/route';
import { Id, text } from '@rollcall/contracts/shapes';
import { z } from 'zod';
import type { Database } from '../src/database.js';
import { conflict, notFound, paymentRequired } from '../src/errors.js';
import { command, query, reply, type Served } from '../src/http.js';
import { newId } from '../src/id.js';
import { type Hooked, webhook } from '../src/webhook.js';

const Note = z.object({ id: Id, words: z.string() });
const teacher = ['teacher'] as const;
const params = z.object({ id: Id });
const status = 200;

const create = route({
  method: 'post',
  path: '/notes',
  who: teacher,
  summary: 'Make a note',
  body: z.strictObject({ words: text(20), extra: z.strictObject({ n: z.int() }).optional() }),
  status: 201,
  answer: Note,
  idempotent: true,
});
const list = route({
  method: 'get',
  path: '/notes',
  who: 'public',
  summary: 'The notes',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  status,
  answer: z.object({ limit: z.number(), caller: z.string().nullable() }),
});
const latest = route({
  method: 'get',
  path: '/notes/latest',
  who: 'any',
  summary: 'The last one',
  status,
  answer: z.object({ latest: z.literal(true) }),
});
const read = route({
  method: 'get',
  path: '/notes/:id',
  who: 'any',
  summary: 'A note',
  params,
  status,
  answer: Note,
});
const change = route({
  method: 'patch',
  path: '/notes/:id',
  who: teacher,
  summary: 'Change a note',
  params,
  body: z.strictObject({ words: text(20) }),
  status,
  answer: Note,
});
const copy = route({
  method: 'post',
  path: '/notes/:id/copy',
  who: teacher,
  summary: 'Copy a note',
  params,
  status: 201,
  answer: Note,
  idempotent: true,
});
const remove = route({
  method: 'delete',
  path: '/notes/:id',
  who: 'any',
  summary: 'Drop',
  params,
  status: 204,
});
const enter = route({
  method: 'post',
  path: '/enter',
  who: 'public',
  summary: 'Sign in',
  body: z.strictObject({ word: z.string() }),
  status,
  answer: z.object({ caller: z.string().nullable() }),
});
const broken = route({
  method: 'get',
  path: '/broken',
  who: 'public',
  summary: 'Fails',
  status,
  answer: z.object({}),
});
const hook = route({ method: 'post', path: '/hooks/one', who: 'webhook', summary: 'A webhook', status });

export const TABLE = 'create table notes (id uuid primary key, words text not null unique)';

/** What a test may hold up: called inside the transaction, after the row is written. */
export interface Pause {
  during: () => Promise<void>;
}

export function notes(db: Database, pause: Pause): (Served | Hooked)[] {
  const noteOf = async (id: string) => {
    const note = await db('notes').where({ id }).first('id', 'words');
    if (note === undefined) throw notFound('note');
    return note as z.infer<typeof Note>;
  };
  return [
    command(
      db,
      create,
      async ({ tx }, { body: { words } }) => {
        if (words === 'dear') return { id: null };
        if (await tx('notes').where({ words }).first()) throw conflict('known', 'Write something else.');
        const id = newId();
        await tx('notes').insert({ id, words });
        await pause.during();
        return { id };
      },
      async (_db, { id }) => {
        if (id === null) throw paymentRequired('too-dear', 'Bring money.');
        return noteOf(id);
      },
    ),
    query(db, list, async (_db, { query: { limit }, user }) => ({ limit, caller: user?.id ?? null })),
    query(db, latest, async () => ({ latest: true as const })),
    query(db, read, (_db, input) => noteOf(input.params.id)),
    command(
      db,
      change,
      async ({ tx }, { params: { id }, body }) => ({
        id,
        rows: await tx('notes').where({ id }).update(body),
      }),
      (_db, { id }) => noteOf(id),
    ),
    command(
      db,
      copy,
      async ({ tx }, input) => {
        const id = newId();
        await tx('notes').insert({ id, words: `copy of ${input.params.id} ${id}` });
        return { id };
      },
      (_db, { id }) => noteOf(id),
    ),
    command(
      db,
      remove,
      async ({ tx }, input) => tx('notes').where({ id: input.params.id }).delete(),
      async () => undefined,
    ),
    query(db, enter, async (_db, { user }) => ({ caller: user?.id ?? null })),
    query(db, broken, async () => {
      throw new Error('select secret from table at /srv/app.ts:1');
    }),
    webhook(hook, async ({ body, headers }) =>
      reply(200, { bytes: body.length, authorization: headers.authorization }),
    ),
  ];
}
