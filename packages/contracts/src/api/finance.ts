/** The wallet's routes for finance: the sealed ledger. What it means: docs/ledger.md. */
import { z } from 'zod';
import { route } from '../route.js';
import { Currency, Id, Instant, InstantInput } from '../shapes.js';
import { format, listOf, page } from './lists.js';

const Seq = z.int().min(0);
const SeqInput = z.coerce
  .number()
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(Number.MAX_SAFE_INTEGER);
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const finance = ['finance', 'admin'] as const;

export const LedgerEntry = z
  .object({
    seq: Seq,
    id: Id,
    type: z.string(),
    at: Instant,
    /** `hold:<id>`, `purchase:<id>` and their like. */
    reference: z.string(),
    actorId: Id.nullable(),
    description: z.string().nullable(),
    transfers: z.array(
      z.object({
        /** `escrow`, or of a user `credits:<user>`. */
        from: z.string(),
        to: z.string(),
        amount: z.int(),
        currency: Currency,
      }),
    ),
    previousHash: Hash,
    hash: Hash,
    sealedAt: Instant,
    createdAt: Instant,
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const readLedger = route({
  method: 'get',
  path: '/finance/ledger',
  who: finance,
  summary:
    'Sealed entries after `after`, in order and without a gap; as text/csv all of them, a row a transfer',
  query: z.strictObject({ ...page, ...format, after: SeqInput.default(0) }),
  status: 200,
  answer: listOf(LedgerEntry),
  problems: [409],
});

const HoldTrail = z
  .object({
    /** The hold's. */
    id: Id,
    purchaseId: Id,
    courseId: Id,
    sessionId: Id,
    studentId: Id,
    teacherId: Id,
    amount: z.int(),
    currency: Currency,
    /** What of it the student paid with. */
    from: z.object({ credits: z.int(), promo: z.int(), subscription: z.int() }),
    /** Sealed entries in their order: from the purchase over what the hold came to, to the withdrawals that took it. */
    steps: z.array(
      z.object({
        step: z.enum(['placed', 'ended', 'corrected', 'reserved', 'paid-out']),
        /** The withdrawal's; null of any other step. */
        withdrawalId: Id.nullable(),
        entry: LedgerEntry,
      }),
    ),
    /**
     * Earnings are one pot: withdrawals take from it what came in first, and these took what this hold brought. Those that
     * came to nothing have taken nothing. Of each currency's figures `share` is this hold's.
     */
    payouts: z.array(
      z.object({
        withdrawalId: Id,
        status: z.enum(['pending', 'approved', 'processing', 'completed']),
        amount: z.int(),
        share: z.int(),
        requestedAt: Instant,
      }),
    ),
    /** What the hold brought the teacher when it ended. */
    brought: z.int(),
    /** Of that, what lies in the earnings still; what is neither here nor paid out was taken by a correction or a debt. */
    remaining: z.int(),
    createdAt: Instant,
  })
  .meta({ id: 'HoldTrail' });
export type HoldTrail = z.infer<typeof HoldTrail>;

export const followHold = route({
  method: 'get',
  path: '/finance/holds/:holdId',
  who: finance,
  summary: 'One hold followed through the sealed ledger, from the purchase to the payout',
  params: z.strictObject({ holdId: Id }),
  status: 200,
  answer: HoldTrail,
  problems: [404],
});

const asOf = { asOf: InstantInput.optional() };

const TrialBalance = z
  .object({
    asOf: Instant,
    /** The last seal that counts; 0 before the first. */
    seq: Seq,
    accounts: z.array(z.object({ account: z.string(), currency: Currency, balance: z.int() })),
    totals: z.array(z.object({ currency: Currency, balance: z.int() })),
  })
  .meta({ id: 'TrialBalance' });
export type TrialBalance = z.infer<typeof TrialBalance>;

export const readTrialBalance = route({
  method: 'get',
  path: '/finance/trial-balance',
  who: finance,
  summary: 'What every kind of account holds, now or as it was sealed by `asOf`; every total is 0',
  query: z.strictObject({ ...asOf, ...format }),
  status: 200,
  answer: TrialBalance,
  problems: [422],
});

const Verification = z
  .object({
    valid: z.boolean(),
    from: Seq,
    to: Seq,
    /** Seals that were looked at. */
    count: z.int(),
    firstBad: Seq.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Verification' });
export type Verification = z.infer<typeof Verification>;

/** Seals one request checks at most. */
export const MOST_VERIFIED = 100_000;

export const verifyLedger = route({
  method: 'get',
  path: '/finance/verify',
  who: finance,
  summary: `Computes the hash chain anew over a range, of ${MOST_VERIFIED} seals at most`,
  query: z.strictObject({ from: SeqInput.pipe(z.int().min(1)).default(1), to: SeqInput.optional() }),
  status: 200,
  answer: Verification,
  problems: [422],
});

const figures = z.record(z.string(), z.int());

const standing = {
  asOf: Instant,
  seq: Seq,
  currencies: z.array(
    z.object({
      currency: Currency,
      /** To users, their holds and subscribers; `figures` add up to it. */
      owed: z.object({ total: z.int(), figures }),
      /** With the card provider and banks, as the clearing accounts say. */
      held: z.object({ total: z.int(), figures }),
      /** What is held beyond what is owed; below 0 some of what is owed is not there. */
      surplus: z.int(),
      /** Where the surplus comes from; `figures` add up to it. */
      explainedBy: figures,
      solvent: z.boolean(),
    }),
  ),
};

const Solvency = z.object(standing).meta({ id: 'Solvency' });
export type Solvency = z.infer<typeof Solvency>;

const SolvencyReport = z
  .object({
    /** In UTC; `asOf` is the end of it. */
    day: z.iso.date(),
    ...standing,
    /** Later than a few minutes after the day where it had to be made up for. */
    createdAt: Instant,
  })
  .meta({ id: 'SolvencyReport' });
export type SolvencyReport = z.infer<typeof SolvencyReport>;

export const readSolvency = route({
  method: 'get',
  path: '/finance/solvency',
  who: finance,
  summary: 'What is owed against what is held, per currency, as of a seal',
  query: z.strictObject(asOf),
  status: 200,
  answer: Solvency,
  problems: [422],
});

export const listSolvency = route({
  method: 'get',
  path: '/finance/solvency/history',
  who: finance,
  summary: 'The solvency that was stored at the end of each day, newest first',
  query: z.strictObject(page),
  status: 200,
  answer: listOf(SolvencyReport),
});
