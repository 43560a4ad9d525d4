import type { createPolicy, PolicyPreset } from '@rollcall/contracts/api/policies';
import type { BodyOf } from '@rollcall/contracts/route';

export const RATES = [
  'thresholdPercent',
  'teacherMinPercent',
  'teacherReferredRate',
  'ownStudentRate',
  'otherwiseRate',
  'referrerSharePercent',
] as const;
type RateName = (typeof RATES)[number];

/** A draft as it is typed in. */
export interface Draft extends Record<string, unknown> {
  readonly preset: PolicyPreset;
  readonly effectiveFrom: string;
  readonly reason: string;
  readonly rates: Readonly<Record<RateName, number | string>>;
}

export const EMPTY: Draft = {
  preset: 'flat-15',
  effectiveFrom: '',
  reason: '',
  rates: {
    ...{ thresholdPercent: 20, teacherMinPercent: 0, teacherReferredRate: '', ownStudentRate: '' },
    ...{ otherwiseRate: 15, referrerSharePercent: 0 },
  },
};

type Sent = Pick<BodyOf<typeof createPolicy>, 'preset' | 'rates'>;

/** As it is sent: a case that is left empty is not asked about; only the preset custom has rates. */
export function draftOf({ preset, rates }: Pick<Draft, 'preset' | 'rates'>): Sent {
  if (preset !== 'custom') return { preset };
  const orNull = (typed: number | string) => (typed === '' ? null : Number(typed));
  return {
    preset,
    rates: {
      thresholdPercent: Number(rates.thresholdPercent),
      teacherMinPercent: Number(rates.teacherMinPercent),
      teacherReferredRate: orNull(rates.teacherReferredRate),
      ownStudentRate: orNull(rates.ownStudentRate),
      otherwiseRate: Number(rates.otherwiseRate),
      referrerSharePercent: Number(rates.referrerSharePercent),
      overrides: [],
    },
  };
}
