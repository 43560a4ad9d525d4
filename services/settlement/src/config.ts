import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';
import { PRESETS } from './domain/policy.js';

const basisPoints = z.int().min(0).max(10_000);

const CustomRules = z.strictObject({
  threshold: basisPoints.optional(),
  teacherMin: basisPoints.optional(),
  teacherReferred: basisPoints.nullable().optional(),
  ownStudent: basisPoints.nullable().optional(),
  otherwise: basisPoints,
  referrerShare: basisPoints.optional(),
  overrides: z
    .array(
      z
        .strictObject({ teacherId: z.uuid().optional(), courseId: z.uuid().optional(), rate: basisPoints })
        .refine(
          (one) => one.teacherId !== undefined || one.courseId !== undefined,
          'must name a teacher or a course',
        ),
    )
    .max(1000)
    .optional(),
});

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
});

export const settings = z
  .object({
    ...serviceSettings,
    SETTLEMENT_POLICY: z
      .enum(PRESETS)
      .meta({ development: 'referred-teacher-30', says: 'Preset of the first policy version' }),
    SETTLEMENT_CUSTOM_RATES: json
      .pipe(CustomRules)
      .optional()
      .meta({ says: 'Rates of the preset `custom` in basis points, as JSON: {"otherwise": 1500}' }),
    SETTLEMENT_REVIEW_ALARM_HOURS: z.coerce
      .number()
      .positive()
      .max(8760)
      .default(24)
      .meta({ says: 'Hours a hold may wait for an admin before each sweep warns of it' }),
    DISPUTE_WINDOW_HOURS: z.coerce.number().positive().max(8760).default(168).meta({
      says: 'Hours after its decision in which a student or a teacher may dispute what a hold came to',
    }),
  })
  .refine((config) => config.SETTLEMENT_POLICY !== 'custom' || config.SETTLEMENT_CUSTOM_RATES !== undefined, {
    path: ['SETTLEMENT_CUSTOM_RATES'],
    message: 'is needed by the preset custom',
  });
export type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
