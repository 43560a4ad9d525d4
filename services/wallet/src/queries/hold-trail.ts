/** SQL behind one hold followed through the ledger: by the rows that keep which entry moved what, each by its own index. */
import type { HoldTrail } from '@rollcall/contracts/api/finance';
import type { Database } from '@rollcall/kit/database';
import { notFound } from '@rollcall/kit/errors';
import { type Draw, sharesOf } from '../domain/first-in-first-out.js';
import { sealedEntries } from './ledger.js';

/** Movements looked at after the hold was paid; who earns and withdraws weekly has as many in years. */
const MOST_DRAWS = 2_000;

type Step = HoldTrail['steps'][number]['step'];

/** Throws 404 for a hold the wallet has not placed. */
export async function holdTrail(db: Database, holdId: string): Promise<HoldTrail> {
  const hold: HoldRow | undefined = await db('holds').where({ id: holdId }).first();
  if (hold === undefined) throw notFound('hold');
  const moved = await db.raw(ENTRIES, { holdId, placed: hold.entry_id });
  const steps = new Map((moved.rows as StepRow[]).map(({ entry, step }) => [entry, { step, id: null }]));
  const { payouts, brought, remaining } = await payoutsOf(db, hold);
  const withdrawn = payouts.flatMap(({ withdrawalId: id, entries }) =>
    entries.map(({ step, entry }) => [entry, { step, id }] as const),
  );
  const all = new Map<string, { step: Step; id: string | null }>([...steps, ...withdrawn]);
  const entries = await sealedEntries(db, [...all.keys()]);
  return {
    ...headOf(hold),
    steps: entries.map((entry) => {
      const { step, id } = all.get(entry.id)!;
      return { step, withdrawalId: id, entry };
    }),
    payouts: payouts.map(({ entries: _, ...payout }) => payout),
    brought,
    remaining,
  };
}

const headOf = (hold: HoldRow) => ({
  id: hold.id,
  purchaseId: hold.purchase_id,
  courseId: hold.course_id,
  sessionId: hold.session_id,
  studentId: hold.student_id,
  teacherId: hold.teacher_id,
  amount: hold.amount,
  currency: hold.currency,
  from: { credits: hold.from_credits, promo: hold.from_promo, subscription: hold.from_subscription },
  createdAt: hold.placed_at.toISOString(),
});

interface HoldRow {
  readonly id: string;
  readonly purchase_id: string;
  readonly entry_id: string;
  readonly course_id: string;
  readonly session_id: string;
  readonly student_id: string;
  readonly teacher_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly from_promo: number;
  readonly from_credits: number;
  readonly from_subscription: number;
  readonly placed_at: Date;
}

interface StepRow {
  readonly entry: string;
  readonly step: Step;
}

const ENTRIES = `
  select :placed::uuid as entry, 'placed' as step
   union all select entry_id, 'ended' from hold_endings where hold_id = :holdId
   union all select entry_id, 'corrected' from hold_corrections where hold_id = :holdId`;

/** The withdrawals that took what the hold brought its teacher, and what of it none has taken. */
async function payoutsOf(db: Database, hold: HoldRow) {
  const { rows } = await db.raw(PAID, { holdId: hold.id, teacher: hold.teacher_id, currency: hold.currency });
  const [paid] = rows as PaidRow[];
  if (paid === undefined) return { payouts: [], brought: 0, remaining: 0 };
  const draws = await db.raw(DRAWS, { account: paid.account, after: paid.no, most: MOST_DRAWS });
  const { shares, remaining } = sharesOf(paid, draws.rows as Draw[]);
  const found: WithdrawalRow[] = await db('withdrawals').whereIn('reserved_entry_id', [...shares.keys()]);
  const payouts = found
    .map((row) => ({
      withdrawalId: row.id,
      status: row.status,
      amount: row.amount,
      share: shares.get(row.reserved_entry_id) ?? 0,
      requestedAt: row.requested_at.toISOString(),
      entries: stepsOf(row),
    }))
    .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt));
  return { payouts, brought: paid.amount, remaining };
}

/** One that came to nothing is none of these, so what ended it was the payment. */
const stepsOf = ({ reserved_entry_id, ended_entry_id }: WithdrawalRow) => [
  { step: 'reserved' as const, entry: reserved_entry_id },
  ...(ended_entry_id === null ? [] : [{ step: 'paid-out' as const, entry: ended_entry_id }]),
];

interface PaidRow {
  readonly account: number;
  readonly no: number;
  /** What was in the earnings before, which goes first. */
  readonly before: number;
  readonly amount: number;
}

interface WithdrawalRow {
  readonly id: string;
  readonly status: HoldTrail['payouts'][number]['status'];
  readonly amount: number;
  readonly requested_at: Date;
  readonly reserved_entry_id: string;
  readonly ended_entry_id: string | null;
}

const PAID = `
  select t.account_id as account, t.no, t.balance_before as before, t.amount
    from hold_endings x
    join accounts a on a.owner_id = :teacher and a.kind = 'earnings' and a.currency = :currency
    join transactions t on t.account_id = a.id and t.entry_id = x.entry_id and t.hold_id = x.hold_id
                       and t.type = 'payment_release'
   where x.hold_id = :holdId`;

/** What left the account afterwards, in its order; a withdrawal that came to nothing left nothing. */
const DRAWS = `
  select t.entry_id as entry, -t.amount as amount
    from transactions t
    left join withdrawals w on w.reserved_entry_id = t.entry_id
   where t.account_id = :account and t.no > :after and t.amount < 0 and t.type <> 'commission'
     and (w.id is null or w.status in ('pending', 'approved', 'processing', 'completed'))
   order by t.no limit :most`;
