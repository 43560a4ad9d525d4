import type { Knex } from 'knex';
import type { Correction, Standing } from '../domain/correct.js';
import type { Ending, Hold } from '../domain/end.js';
import { column } from './column.js';

/** Holds by id. One that is seen is final: a hold's row never changes. */
export async function holdsById(tx: Knex.Transaction, ids: readonly string[]): Promise<Map<string, Hold>> {
  const { rows } = await tx.raw(
    `select id, purchase_id as "purchaseId", session_id as "sessionId", student_id as "studentId",
            teacher_id as "teacherId", amount, currency, from_promo as promo, from_credits as credits,
            from_subscription as subscription
       from holds where id = any(?::uuid[])`,
    [column(ids, (id) => id)],
  );
  return new Map((rows as Hold[]).map((hold) => [hold.id, hold]));
}

/**
 * Takes these endings for this transaction and returns the ids of the holds that were not ended before. Sorted by id; a
 * rival's uncommitted ending of the same hold is waited for, and then counts.
 */
export async function claimEndings(
  tx: Knex.Transaction,
  endings: readonly Ending[],
  at: Date,
): Promise<ReadonlySet<string>> {
  if (endings.length === 0) return new Set();
  const sorted = [...endings].sort((a, b) => (a.hold.id < b.hold.id ? -1 : 1));
  const { rows } = await tx.raw(CLAIM_ENDINGS, [at, ...columns(sorted)]);
  return new Set((rows as { hold_id: string }[]).map((row) => row.hold_id));
}

/**
 * Takes these corrections for this transaction and returns which of them were not made before, each named by
 * `correctionKey`. Sorted; a rival's uncommitted correction to the same decision is waited for, and then counts.
 */
export async function claimCorrections(
  tx: Knex.Transaction,
  corrections: readonly Correction[],
  at: Date,
): Promise<ReadonlySet<string>> {
  if (corrections.length === 0) return new Set();
  const sorted = corrections.map(({ to }) => to).sort((a, b) => (keyOfEnding(a) < keyOfEnding(b) ? -1 : 1));
  const { rows } = await tx.raw(CLAIM_CORRECTIONS, [at, ...columns(sorted)]);
  return new Set(
    (rows as { hold_id: string; decision_version: number }[]).map((row) =>
      correctionKey(row.hold_id, row.decision_version),
    ),
  );
}

export const correctionKey = (holdId: string, decisionVersion: number): string =>
  `${holdId}/${String(decisionVersion).padStart(10, '0')}`;
const keyOfEnding = ({ hold, decided }: Ending) => correctionKey(hold.id, decided.decisionVersion);

const columns = (endings: readonly Ending[]): string[] => [
  column(endings, ({ hold }) => hold.id),
  column(endings, ({ decided }) => decided.decisionVersion),
  column(endings, ({ entryId }) => entryId),
  column(endings, ({ hold }) => hold.amount),
  column(endings, ({ hold }) => hold.currency),
  column(endings, ({ decided }) => decided.teacher),
  column(endings, ({ decided }) => decided.commission),
  column(endings, ({ decided }) => decided.referral),
  column(endings, ({ decided }) => decided.refund),
  column(endings, ({ toPromo }) => toPromo),
  column(endings, ({ toCredits }) => toCredits),
  column(endings, ({ toSubscription }) => toSubscription),
  column(endings, ({ decided }) => decided.reason),
  column(endings, ({ decided }) => decided.commissionRate),
  column(endings, ({ decided }) => decided.attendance),
];

/** Endings and corrections are kept alike: what the hold came to, by which decision. */
const claim = (table: string, moment: string, key: string) => `
  insert into ${table} (${moment}, hold_id, decision_version, entry_id, amount, currency, teacher, commission, referral,
                        refund, to_promo, to_credits, to_subscription, reason, commission_rate, attendance_basis_points)
  select ?::timestamptz, e.*
    from unnest(?::uuid[], ?::int[], ?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::int[], ?::int[]) as e
  on conflict (${key}) do nothing
  returning hold_id, decision_version`;

const CLAIM_ENDINGS = claim('hold_endings', 'ended_at', 'hold_id');
const CLAIM_CORRECTIONS = claim('hold_corrections', 'corrected_at', 'hold_id, decision_version');

/** What a hold came to by one decision, as kept. */
export interface Kept extends Standing {
  readonly holdId: string;
  readonly entryId: string;
  readonly at: Date;
}

const KEPT = `hold_id as "holdId", entry_id as "entryId", decision_version as "decisionVersion", teacher, commission,
              referral, refund, to_promo as "toPromo", to_credits as "toCredits", to_subscription as "toSubscription"`;

export async function endingsOf(
  tx: Knex.Transaction,
  holdIds: readonly string[],
): Promise<Map<string, Kept>> {
  if (holdIds.length === 0) return new Map();
  const { rows } = await tx.raw(
    `select ${KEPT}, ended_at as at from hold_endings where hold_id = any(?::uuid[])`,
    [column(holdIds, (id) => id)],
  );
  return new Map((rows as Kept[]).map((ended) => [ended.holdId, ended]));
}

/** Every standing these holds have had, the ending first, then the corrections. */
export async function standingsOf(tx: Knex.Transaction, holdIds: readonly string[]): Promise<Kept[]> {
  const ids = column(holdIds, (id) => id);
  const { rows } = await tx.raw(
    `select ${KEPT}, ended_at as at from hold_endings where hold_id = any(?::uuid[])
     union all
     select ${KEPT}, corrected_at from hold_corrections where hold_id = any(?::uuid[])
     order by "holdId", "decisionVersion"`,
    [ids, ids],
  );
  return rows as Kept[];
}
