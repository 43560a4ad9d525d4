/** Billing's routes for finance: the card provider's books against the ledger. What it means: docs/billing.md. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, InstantInput, Money, text } from '../shapes.js';
import { listOf, page, setOf } from './lists.js';

const finance = ['finance', 'admin'] as const;
const Day = z.iso.date('must be a day such as 2026-11-20').refine((day) => day >= '2000' && day < '2100', {
  error: 'must lie between 2000 and 2100',
});

/** `done` alone has compared everything; of the others nothing follows. */
const RunStatus = z.enum(['waiting', 'running', 'done', 'failed']);

export const Reconciliation = z
  .object({
    id: Id,
    /** By the provider's clock for what it has, by the ledger's for what that has; `to` is excluded. */
    from: Instant,
    to: Instant,
    status: RunStatus,
    /** Since it was asked for. */
    tries: z.int(),
    /** Of the provider, read so far. */
    objects: z.int(),
    /** Of the ledger by card, in the period. */
    movements: z.int(),
    /** As of `comparedAt`; null until the period was compared once. */
    differenceCount: z.int().nullable(),
    comparedAt: Instant.nullable(),
    /** Why the last try came to nothing. */
    failure: z.string().nullable(),
    /** When it is tried, or looked at, next. */
    dueAt: Instant.nullable(),
    /** Null: by the clock. */
    askedBy: Id.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof Reconciliation>;

export const ReconciliationDifference = z
  .object({
    id: Id,
    /**
     * `missing-here`: the ledger has not moved what the provider has; `missing-there`: the other way round; `balance`: the
     * provider's balance moved otherwise than its object says; `payout`: one is not what its movements add up to.
     */
    kind: z.enum(['missing-here', 'missing-there', 'amount', 'currency', 'balance', 'payout']),
    object: z.enum(['charge', 'refund', 'dispute', 'payout', 'other']),
    /** The provider's id. */
    providerRef: z.string().nullable(),
    /** As the ledger has it: `payment:<id>`, `card-refund:<id>`, `dispute:<id>`. */
    reference: z.string().nullable(),
    /** What came to us by it, below 0 what went back. */
    there: Money.nullable(),
    here: Money.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'ReconciliationDifference' });
export type ReconciliationDifference = z.infer<typeof ReconciliationDifference>;

export const readReconciliation = route({
  method: 'get',
  path: '/finance/reconciliation',
  who: finance,
  summary: 'The last comparison of the card provider with the ledger: its differences, and nothing else',
  query: z
    .strictObject({
      ...page,
      /** In UTC. */
      day: Day.optional(),
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      status: setOf(RunStatus),
    })
    .refine(({ day, from, to }) => day === undefined || (from ?? to) === undefined, {
      path: ['day'],
      error: 'must not be given with from or to',
    }),
  status: 200,
  answer: listOf(ReconciliationDifference).extend({
    /** The last one of those asked for; null: there is none. */
    run: Reconciliation.nullable(),
  }),
});

/** Days of a period at most. */
const LONGEST = 31;

export const startReconciliation = route({
  method: 'post',
  path: '/finance/reconciliation',
  who: finance,
  summary: 'Compare a day (UTC) or a period that is over, again where it was compared before',
  body: z
    .strictObject({
      day: Day.optional(),
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      reason: text(500),
    })
    .refine(
      ({ day, from, to }) => (day === undefined ? from !== undefined && to !== undefined : !from && !to),
      {
        path: ['day'],
        error: 'must be given, or else both from and to',
      },
    )
    .refine(({ from, to }) => !from || !to || from < to, { path: ['to'], error: 'must be later than from' })
    .refine(({ from, to }) => !from || !to || Date.parse(to) - Date.parse(from) <= LONGEST * 86_400_000, {
      path: ['to'],
      error: `must be at most ${LONGEST} days after from`,
    }),
  status: 202,
  answer: Reconciliation,
  problems: [422],
});
