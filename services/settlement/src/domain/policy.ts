/** The rules a hold is settled under, as data. Rates are basis points. Source: domain.md, 'Settling'. */

export const PRESETS = ['referred-teacher-30', 'student-source-70-30', 'flat-15', 'custom'] as const;
export type Preset = (typeof PRESETS)[number];

/** A rate of its own for a teacher, a course, or a teacher in a course. */
export interface Override {
  readonly teacherId?: string;
  readonly courseId?: string;
  readonly rate: number;
}

/** What commission is taken, by the first case that applies; null is a case the policy does not ask about. */
export interface Rates {
  readonly teacherReferred: number | null;
  readonly ownStudent: number | null;
  readonly otherwise: number;
  /** What the referrer of a referred teacher gets of the commission. */
  readonly referrerShare: number;
  readonly overrides: readonly Override[];
}

export interface Rules extends Rates {
  /** What a student must have attended for the teacher to be paid. */
  readonly threshold: number;
  /** What the teacher must have attended; 0 does not ask. */
  readonly teacherMin: number;
}

export interface Policy extends Rules {
  readonly version: number;
  readonly preset: Preset;
}

const common = { threshold: 2000, teacherMin: 0, referrerShare: 0, overrides: [] };

const FIXED: Readonly<Record<Exclude<Preset, 'custom'>, Rules>> = {
  'referred-teacher-30': { ...common, teacherReferred: 3000, ownStudent: null, otherwise: 0 },
  // The teacher keeps 70 % of those whom he brought and 30 % of the others, so the platform keeps the rest.
  'student-source-70-30': { ...common, teacherReferred: null, ownStudent: 3000, otherwise: 7000 },
  'flat-15': { ...common, teacherReferred: null, ownStudent: null, otherwise: 1500 },
};

/** The rules of a preset; `custom` starts from no commission and takes what is given. */
export const rulesOf = (preset: Preset, custom: Partial<Rules> = {}): Rules =>
  preset === 'custom'
    ? { ...common, teacherReferred: null, ownStudent: null, otherwise: 0, ...custom }
    : FIXED[preset];
