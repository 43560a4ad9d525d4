import type { Knex } from 'knex';
import type { Presence } from '../domain/bounds.js';
import type { Label } from '../domain/label.js';

export interface NewResult {
  readonly sessionId: string;
  readonly version: number;
  readonly cause: string;
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

async function insertRecords(
  tx: Knex,
  { sessionId, version }: NewResult,
  people: NewResult['people'],
): Promise<void> {
  await tx.raw(
    `insert into records (session_id, version, user_id, role, seconds, max_seconds, overlap_seconds, first_seen_at,
                          last_seen_at, intervals, disconnects, corrected, status)
     select ?, ?, "userId", role, seconds, "maxSeconds", "overlapSeconds", to_timestamp("firstSeenAt" / 1000.0),
            to_timestamp("lastSeenAt" / 1000.0), intervals, disconnects, corrected, status
       from json_to_recordset(?::json) as row ("userId" text, role text, seconds integer, "maxSeconds" integer,
              "overlapSeconds" integer, "firstSeenAt" bigint, "lastSeenAt" bigint, intervals jsonb, disconnects jsonb,
              corrected boolean, status text)`,
    [sessionId, version, JSON.stringify(people)],
  );
}

/** The hash of a version's figures: the same figures make no new version. */
export async function readFigures(db: Knex, sessionId: string, version: number): Promise<Buffer | undefined> {
  const row = await db('results').select('figures_sha256').where({ session_id: sessionId, version }).first();
  return row?.figures_sha256;
}
