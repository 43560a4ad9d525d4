import type { Knex } from 'knex';

export interface KnownSession {
  readonly id: string;
  readonly teacherId: string;
  readonly title: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly cancelled: boolean;
  readonly version: number;
}

/** Writes what is newer than what is known, in id order. */
export async function upsertSessions(tx: Knex, sessions: readonly KnownSession[]): Promise<void> {
  const sorted = [...sessions].sort((a, b) => (a.id < b.id ? -1 : 1));
  await tx.raw(
    `insert into sessions as known (id, teacher_id, title, starts_at, duration_minutes, cancelled, version)
     select id, "teacherId", title, "startsAt", "durationMinutes", cancelled, version
       from json_to_recordset(?::json) as row (id uuid, "teacherId" uuid, title text, "startsAt" timestamptz,
              "durationMinutes" integer, cancelled boolean, version integer)
     on conflict (id) do update set
       teacher_id = excluded.teacher_id, title = excluded.title, starts_at = excluded.starts_at,
       duration_minutes = excluded.duration_minutes, cancelled = excluded.cancelled, version = excluded.version
     where known.version < excluded.version`,
    [JSON.stringify(sorted)],
  );
}

/** Those of these sessions that are known, by id. */
export async function sessionsOf(
  tx: Knex,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KnownSession>> {
  const rows: KnownSession[] = await tx('sessions')
    .whereIn('id', [...new Set(ids)])
    .select({
      id: 'id',
      teacherId: 'teacher_id',
      title: 'title',
      startsAt: 'starts_at',
      durationMinutes: 'duration_minutes',
      cancelled: 'cancelled',
      version: 'version',
    });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Keeps that a settlement was told of. False: that one or a newer one has been. */
export async function keepSettled(tx: Knex, sessionId: string, version: number): Promise<boolean> {
  const changed = await tx('sessions')
    .where({ id: sessionId })
    .where('settled_version', '<', version)
    .update({ settled_version: version });
  return changed > 0;
}
