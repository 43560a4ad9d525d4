/** Who comes when, and what becomes of the webhooks: what a person writes in a file or on the command line. Pure. */
import { type Connection, GHOSTS, type Told } from '@rollcall/contracts/class-webhooks';
import { z } from 'zod';
import { misuse } from '../refusal.js';

/** Of one webhook; the video server itself gives up after five. */
export const MOST_DELIVERIES = 10;

const Spans = z.string().max(2000);

/** What somebody's attendance and money must come out as, under the default policy. */
const Expected = z.strictObject({
  /** The stretches that count for certain, in the language of spans. */
  counts: Spans,
  /** Those that are possible, where an end was not seen. */
  atMost: Spans.optional(),
  status: z.enum(['present', 'late', 'absent', 'review']),
  hold: z.enum(['released', 'refunded', 'review']),
});
export type Expected = z.infer<typeof Expected>;

/** Of each student's webhooks of one kind, and of the room's: another one beside it, in place of it, or when all is settled. */
const Copy = z.strictObject({
  of: z.enum(['room_started', 'participant_joined', 'participant_left', 'room_finished']),
  sent: z.enum(['beside', 'instead', 'late']).default('beside'),
  /** The time it tells of; the original's unless said. */
  at: z.string().max(20).optional(),
  /** That time is in nanoseconds, where seconds belong. */
  nanoseconds: z.boolean().default(false),
  /** It has the original's id; else one of its own. */
  sameId: z.boolean().default(false),
  /** It is signed with the original's signature and has to be refused. */
  forged: z.boolean().default(false),
});
export type Copy = z.infer<typeof Copy>;

/** Times are minutes, mm:ss or percent of the scheduled length, after the scheduled start; `end` is its end. */
const Scenario = z.strictObject({
  says: z.string().max(500).optional(),
  /** When the teacher is in; `absent` for never. */
  teacher: Spans.default('0-end'),
  /** The students named: by e-mail, by id, or `first`, `second`, … of those who bought. */
  students: z.record(z.string(), Spans).default({}),
  /** Every other student who bought. */
  others: Spans.default('0-end'),
  /** When the room was open: one room from first to last unless it was interrupted; `absent`: no room at all. */
  rooms: Spans.optional(),
  /** Each opening is the room of a lesson of its own. */
  lessons: z.boolean().default(false),
  /** When the students sit in the room of another session. */
  elsewhere: Spans.default('absent'),
  ghosts: z.array(z.enum(GHOSTS)).max(10).default([]),
  copies: z.array(Copy).max(10).default([]),
  /** Each webhook is delivered this often. */
  deliveries: z.int().min(1).max(MOST_DELIVERIES).default(1),
  order: z.enum(['sent', 'reversed', 'shuffled']).default('sent'),
  /** Seconds by which the video server's clock is ahead of ours: its signatures are valid only from then on. */
  clockAhead: z.int().min(-600).max(600).default(0),
  /** What ends it: its room, or an admin where nothing does but our clock, when the class is long over. */
  endedBy: z.enum(['room', 'admin']).default('room'),
  expect: z
    .strictObject({
      students: z.record(z.string(), Expected).default({}),
      others: Expected.optional(),
      /** Of all of them, once the late webhooks are in: the next version, and money that has not moved by itself. */
      later: Expected.optional(),
    })
    .default({ students: {} }),
});
export type Scenario = z.infer<typeof Scenario>;
/** As it is written: what is left out has its usual value. */
export type ScenarioFile = z.input<typeof Scenario>;

export function readScenario(value: unknown, name: string): Scenario {
  const result = Scenario.safeParse(value);
  if (result.success) return result.data;
  const words = result.error.issues.map(({ path, message }) => `  ${path.join('.') || 'it'}: ${message}`);
  throw misuse(`the scenario ${name} cannot be read:\n${words.join('\n')}`);
}

/** What the options change of a scenario. A student option names all who come; the others stay away unless told. */
export interface Wishes {
  readonly teacher?: string;
  readonly student?: readonly string[];
  readonly others?: string;
  readonly room?: string;
  readonly deliveries?: number;
}

/** Whoever changes who comes when has another class, of which the scenario expects nothing. */
export function withWishes(scenario: Scenario, wishes: Wishes): Scenario {
  const { teacher, others, room } = wishes;
  const deliveries = wishes.deliveries ?? scenario.deliveries;
  const named = (wishes.student ?? []).map(parseStudent);
  if ((teacher ?? others ?? room) === undefined && named.length === 0) return { ...scenario, deliveries };
  return {
    ...scenario,
    teacher: teacher ?? scenario.teacher,
    students: named.length > 0 ? Object.fromEntries(named) : scenario.students,
    others: others ?? (named.length > 0 ? 'absent' : scenario.others),
    rooms: room ?? scenario.rooms,
    deliveries,
    expect: { students: {} },
  };
}

/** `student@rollcall.test=0-10,20-30`; without spans: the whole lesson. */
function parseStudent(option: string): [who: string, spans: string] {
  const [who = '', spans = '0-end', ...rest] = option.split('=');
  if (who === '' || spans === '' || rest.length > 0)
    throw misuse(`--student ${option}: write it as student@rollcall.test=0-10,20-30`);
  return [who, spans];
}

const MINUTE = 60_000;
/** A second device is in this long after the first left, … */
const GAP = 400;
/** … or the first is said to have left only this long after the second came. */
const LINGERING = 4_000;
const CLOCK = String.raw`\d+(?::[0-5]\d)?`;
const TIME = String.raw`-?\d+(?:\.\d+)?%|-?${CLOCK}|end(?:[+-]${CLOCK})?`;
const SPAN = new RegExp(`^([?~])?(${TIME})-((?:${TIME})(?:[<>](?:${TIME}))*)([?~!])?$`);
const MOST_SPANS = 200;
const TOLD: Readonly<Record<string, Told>> = { '?': 'lost', '~': 'late' };

/**
 * Reads `0-20,25-end`. Before or after a span `?` is a join or leave that got lost, `~` one that comes when all is
 * settled; `!` after it is a connection that broke off. `0-20>60` is another device from minute 20 on, `0-20<60` the
 * same with the new one's coming before the old one's going. `absent` is nobody. Percent are of `scheduledSeconds`.
 */
export function parseSpans(text: string, scheduledSeconds: number): Connection[] {
  if (text === 'absent') return [];
  const spans = text.split(',').map((span) => span.trim());
  if (spans.length > MOST_SPANS) throw misuse(`more than ${MOST_SPANS} spans`);
  return spans.flatMap((span) => parseSpan(span, scheduledSeconds));
}

function parseSpan(span: string, scheduledSeconds: number): Connection[] {
  const [, before = '', first, rest, after = ''] = SPAN.exec(span) ?? [];
  if (first === undefined || rest === undefined)
    throw misuse(`"${span}" is no time in class: write 0-60, 12:30-45:00, 0-20%, 0-20>60, 0-end? or absent`);
  const times = [first, ...rest.split(/[<>]/)].map((time) => parseTime(time, scheduledSeconds));
  const gaps = [...rest].filter((sign) => sign === '<' || sign === '>');
  return times.slice(1).map((to, index) => {
    const isLast = index === gaps.length;
    const from = times[index]! + (gaps[index - 1] === '>' ? GAP : 0);
    if (to <= from) throw misuse(`"${span}" ends before it begins`);
    return {
      from,
      to: gaps[index] === '<' ? to + LINGERING : to,
      join: (index === 0 ? TOLD[before] : undefined) ?? 'told',
      leave: (isLast ? TOLD[after] : undefined) ?? 'told',
      end: isLast ? (after === '!' ? 'aborted' : 'left') : 'replaced',
    };
  });
}

/** Milliseconds, whole seconds: the video server reports no finer end. */
export function parseTime(time: string, scheduledSeconds: number): number {
  if (!new RegExp(`^(?:${TIME})$`).test(time))
    throw misuse(`"${time}" is no time: write 12, 12:30, 20% or end-4`);
  if (time.endsWith('%')) return Math.round((Number(time.slice(0, -1)) / 100) * scheduledSeconds) * 1_000;
  const base = time.startsWith('end') ? scheduledSeconds * 1_000 : 0;
  const [minutes = '0', seconds = '0'] = time.replace(/^(?:end)?[+-]?/, '').split(':');
  return base + (time.includes('-') ? -1 : 1) * (Number(minutes) * MINUTE + Number(seconds) * 1_000);
}
