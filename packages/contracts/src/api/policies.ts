/** Settlement's routes about the terms holds are placed under: versions of the commission policy, and what a draft would change. */
import { z } from 'zod';
import { route } from '../route.js';
import { Id, Instant, InstantInput, text } from '../shapes.js';
import { listOf, page } from './lists.js';

export const PolicyPreset = z.enum(['referred-teacher-30', 'student-source-70-30', 'flat-15', 'custom']);
export type PolicyPreset = z.infer<typeof PolicyPreset>;

/** Percent with at most two decimals. */
const Percent = z
  .number()
  .min(0, 'must be at least 0')
  .max(100, 'must be at most 100')
  .multipleOf(0.01, 'must have at most two decimals');

/** What a policy asks and takes, in percent. A rate of null is a case that is not asked about. */
const figures = {
  /** What a student must have attended for the teacher to be paid. */
  thresholdPercent: z.number(),
  /** What the teacher must have attended; 0 does not ask. */
  teacherMinPercent: z.number(),
  teacherReferredRate: z.number().nullable(),
  ownStudentRate: z.number().nullable(),
  otherwiseRate: z.number(),
  /** Of the commission, for who referred the teacher. */
  referrerSharePercent: z.number(),
};

const RateOverride = z.object({ teacherId: Id.optional(), courseId: Id.optional(), rate: z.number() });

export const SettlementPolicy = z
  .object({
    /** The version, as text. */
    id: z.string(),
    version: z.int(),
    preset: PolicyPreset,
    effectiveFrom: Instant,
    ...figures,
    overrides: z.array(RateOverride),
    /** `in-force` is the one that counts for what is bought now. */
    status: z.enum(['past', 'in-force', 'scheduled']),
    createdAt: Instant,
  })
  .meta({ id: 'SettlementPolicy' });
export type SettlementPolicy = z.infer<typeof SettlementPolicy>;

/** Overrides in a policy at most. */
export const MOST_OVERRIDES = 1_000;

const CustomRates = z.strictObject({
  thresholdPercent: Percent.default(20),
  teacherMinPercent: Percent.default(0),
  teacherReferredRate: Percent.nullable().default(null),
  ownStudentRate: Percent.nullable().default(null),
  otherwiseRate: Percent,
  referrerSharePercent: Percent.default(0),
  overrides: z
    .array(
      z
        .strictObject({ teacherId: Id.optional(), courseId: Id.optional(), rate: Percent })
        .refine(
          ({ teacherId, courseId }) => teacherId !== undefined || courseId !== undefined,
          'must name a teacher or a course',
        ),
    )
    .max(MOST_OVERRIDES)
    .default([]),
});

/** A draft: one of the presets as it is, or rates of one's own. */
const draft = { preset: PolicyPreset, rates: CustomRates.optional() };

const isWhole = ({ preset, rates }: { preset: PolicyPreset; rates?: unknown }) =>
  (preset === 'custom') === (rates !== undefined);
const WHOLE = { path: ['rates'], error: 'must be given with the preset custom, and with no other' };

const admin = ['admin'] as const;

export const listPolicies = route({
  method: 'get',
  path: '/admin/settlement-policies',
  who: admin,
  summary: 'Every version of the commission policy, the newest first',
  query: z.strictObject({ ...page }),
  status: 200,
  answer: listOf(SettlementPolicy),
});

export const createPolicy = route({
  method: 'post',
  path: '/admin/settlement-policies',
  who: admin,
  summary:
    'Write the next version of the policy. It counts for what is bought from `effectiveFrom` on (now, where none is given), ' +
    'and for nothing bought before; a version is never changed',
  body: z
    .strictObject({ ...draft, effectiveFrom: InstantInput.optional(), reason: text(500) })
    .refine(isWhole, WHOLE),
  status: 201,
  answer: SettlementPolicy,
  problems: [422],
  idempotent: true,
});

const parts = z.object({ teacher: z.int(), commission: z.int(), referral: z.int(), refund: z.int() });

const Simulation = z
  .object({
    /** Settled holds that were replayed: the newest of the period, at most `limit`. */
    holds: z.int(),
    /** Of those, how many would come to something else. */
    changed: z.int(),
    /** Not replayed: their terms would depend on a user nobody has heard of. */
    skipped: z.int(),
    /** There are more in the period than were looked at. */
    more: z.boolean(),
    totals: z.array(z.object({ currency: z.string(), was: parts, would: parts })),
    /** Who would get more, or less, of the released money; the largest difference first, at most a hundred. */
    teachers: z.array(
      z.object({
        teacherId: Id,
        currency: z.string(),
        holds: z.int(),
        was: z.int(),
        would: z.int(),
        difference: z.int(),
      }),
    ),
  })
  .meta({ id: 'PolicySimulation' });
export type Simulation = z.infer<typeof Simulation>;

/** Holds one simulation replays at most. */
export const MOST_REPLAYED = 5_000;

export const simulatePolicy = route({
  method: 'post',
  path: '/admin/settlement-policies/simulate',
  who: admin,
  summary:
    'Replay settled sessions under a draft: what teachers, referrers, the platform and students would have had. Changes nothing',
  body: z
    .strictObject({
      ...draft,
      /** When the holds were decided. */
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      limit: z.int().min(1).max(MOST_REPLAYED).default(1_000),
    })
    .refine(isWhole, WHOLE),
  status: 200,
  answer: Simulation,
});
