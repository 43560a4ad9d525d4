import type { DataOf } from '@rollcall/contracts/event';
import type { sessionCompleted } from '@rollcall/contracts/events/attendance';
import type { Knex } from 'knex';
import type { Presence } from '../domain/bounds.js';
import { instant } from '../domain/instant.js';
import type { Label } from '../domain/label.js';

type Cause = DataOf<typeof sessionCompleted>['cause'];

export interface NewResult {
  readonly sessionId: string;
  readonly version: number;
  readonly cause: Cause;
  readonly scheduledSeconds: number;
  readonly observed: boolean;
  readonly startsAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  readonly figures: Buffer;
  readonly people: readonly (Presence & { readonly status: Label })[];
}

/** Records of one statement: 1,000 are about 300 kB. */
const CHUNK = 1000;

export async function insertResult(tx: Knex, result: NewResult, now: Date): Promise<void> {
  const { people, figures, ...rest } = result;
  await tx('results').insert({
    session_id: rest.sessionId,
    version: rest.version,
    cause: rest.cause,
    scheduled_seconds: rest.scheduledSeconds,
    observed: rest.observed,
    starts_at: rest.startsAt,
    started_at: rest.startedAt,
    ended_at: rest.endedAt,
    figures_sha256: figures,
    created_at: now,
  });
  for (let at = 0; at < people.length; at += CHUNK) {
    await insertRecords(tx, result, people.slice(at, at + CHUNK));
  }
}

/** Columns go as arrays: as rows of JSON a thousand took 45 ms instead of 27. */
async function insertRecords(
  tx: Knex,
  { sessionId, version }: NewResult,
  people: NewResult['people'],
): Promise<void> {
  type One = (typeof people)[number];
  const column = <Value>(pick: (one: One) => Value): Value[] => people.map(pick);
  const json = (pick: (one: One) => unknown) => column((one) => JSON.stringify(pick(one))).join(SEPARATOR);
  await tx.raw(
    `insert into records (session_id, version, user_id, role, seconds, max_seconds, overlap_seconds, first_seen_at,
                          last_seen_at, intervals, disconnects, corrected, status)
     select cast(:sessionId as uuid), cast(:version as int), user_id, role, seconds, max_seconds, overlap_seconds,
            first_seen_at, last_seen_at, intervals::jsonb, disconnects::jsonb, corrected, status
       from unnest(cast(:userId as text[]), cast(:role as text[]), cast(:seconds as int[]), cast(:maxSeconds as int[]),
                   cast(:overlapSeconds as int[]), cast(:firstSeenAt as timestamptz[]), cast(:lastSeenAt as timestamptz[]),
                   string_to_array(:intervals, :by), string_to_array(:disconnects, :by), cast(:corrected as boolean[]),
                   cast(:status as text[]))
         as one (user_id, role, seconds, max_seconds, overlap_seconds, first_seen_at, last_seen_at, intervals, disconnects,
                 corrected, status)`,
    {
      sessionId,
      version,
      by: SEPARATOR,
      userId: column((one) => one.userId),
      role: column((one) => one.role),
      seconds: column((one) => one.seconds),
      maxSeconds: column((one) => one.maxSeconds),
      overlapSeconds: column((one) => one.overlapSeconds),
      firstSeenAt: column((one) => instant(one.firstSeenAt)),
      lastSeenAt: column((one) => instant(one.lastSeenAt)),
      intervals: json((one) => one.intervals),
      disconnects: json((one) => one.disconnects),
      corrected: column((one) => one.corrected),
      status: column((one) => one.status),
    },
  );
}

/** JSON never holds it raw, so joined columns need no escaping. */
const SEPARATOR = '\x1e';

/** The hash of a version's figures: the same figures make no new version. */
export async function readFigures(db: Knex, sessionId: string, version: number): Promise<Buffer | undefined> {
  const row = await db('results').select('figures_sha256').where({ session_id: sessionId, version }).first();
  return row?.figures_sha256;
}

export interface KeptResult {
  readonly cause: Cause;
  readonly scheduledSeconds: number;
  readonly observed: boolean;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  /** Its teacher, whoever was seen and who bought it and was not, by id. */
  readonly people: readonly Presence[];
}

/** A version that there is. */
export async function readResult(db: Knex, sessionId: string, version: number): Promise<KeptResult> {
  const [result]: Omit<KeptResult, 'people'>[] = await db('results')
    .where({ session_id: sessionId, version })
    .select({
      cause: 'cause',
      scheduledSeconds: 'scheduled_seconds',
      observed: 'observed',
      startedAt: 'started_at',
      endedAt: 'ended_at',
    });
  const rows: PresenceRow[] = await db('records').where({ session_id: sessionId, version });
  // Not by the database, whose language may sort ids otherwise than the result was sorted when it was first said.
  const people = rows.map(presenceOfRow).sort((a, b) => (a.userId < b.userId ? -1 : 1));
  return { ...result!, people };
}

/** What a record says of its person. */
export interface PresenceRow {
  readonly user_id: string;
  readonly role: 'teacher' | 'participant';
  readonly seconds: number;
  readonly max_seconds: number;
  readonly overlap_seconds: number;
  readonly first_seen_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly intervals: Presence['intervals'];
  readonly disconnects: string[];
  readonly corrected: boolean;
}

export const presenceOfRow = (row: PresenceRow): Presence => ({
  userId: row.user_id,
  role: row.role,
  seconds: row.seconds,
  maxSeconds: row.max_seconds,
  overlapSeconds: row.overlap_seconds,
  firstSeenAt: row.first_seen_at?.getTime() ?? null,
  lastSeenAt: row.last_seen_at?.getTime() ?? null,
  intervals: row.intervals,
  disconnects: row.disconnects,
  corrected: row.corrected,
});
