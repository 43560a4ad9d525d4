/** Who comes when: what a person writes on the command line or in a file, read into connections. Pure. */
import { z } from 'zod';
import { misuse } from '../refusal.js';

/** One connection to a room, in milliseconds after the session's scheduled start. */
export interface Connection {
  readonly from: number;
  readonly to: number;
  /** The join or the leave is one of those that the video server gave up delivering. */
  readonly joinLost: boolean;
  readonly leaveLost: boolean;
  /** Ends because the same person came in on another device, which begins 0.4 s later. */
  readonly replaced: boolean;
}

/** Of one webhook; the video server itself gives up after five. */
export const MOST_DELIVERIES = 10;

const Spans = z.string().max(2000);

/** A scenario file. Times are minutes, mm:ss or percent of the scheduled length, after the scheduled start. */
const Scenario = z.strictObject({
  says: z.string().max(500).optional(),
  /** When the teacher is in; `absent` for never. */
  teacher: Spans.default('0-100%'),
  /** The students named: by e-mail, by id, or `first`, `second`, … of those who bought. */
  students: z.record(z.string(), Spans).default({}),
  /** Every other student who bought. */
  others: Spans.default('0-100%'),
  /** When the room was open: one room from first to last unless it was interrupted. */
  rooms: Spans.optional(),
  /** Each webhook is delivered this often. */
  deliveries: z.int().min(1).max(MOST_DELIVERIES).default(1),
});
export type Scenario = z.infer<typeof Scenario>;

export function readScenario(text: string, name: string): Scenario {
  const result = Scenario.safeParse(parseJson(text, name));
  if (result.success) return result.data;
  const words = result.error.issues.map(({ path, message }) => `  ${path.join('.') || 'it'}: ${message}`);
  throw misuse(`the scenario ${name} cannot be read:\n${words.join('\n')}`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misuse(`the scenario ${name} is no JSON: ${(error as Error).message}`);
  }
}

/** What the options change of a scenario. A student option names all who come; the others stay away unless told. */
export interface Wishes {
  readonly teacher?: string;
  readonly student?: readonly string[];
  readonly others?: string;
  readonly room?: string;
  readonly deliveries?: number;
}

export function withWishes(scenario: Scenario, wishes: Wishes): Scenario {
  const named = (wishes.student ?? []).map(parseStudent);
  const others = wishes.others ?? (named.length > 0 ? 'absent' : scenario.others);
  return {
    ...scenario,
    teacher: wishes.teacher ?? scenario.teacher,
    students: named.length > 0 ? Object.fromEntries(named) : scenario.students,
    others,
    rooms: wishes.room ?? scenario.rooms,
    deliveries: wishes.deliveries ?? scenario.deliveries,
  };
}

/** `student@rollcall.test=0-10,20-30`; without spans: the whole lesson. */
function parseStudent(option: string): [who: string, spans: string] {
  const [who = '', spans = '0-100%', ...rest] = option.split('=');
  if (who === '' || spans === '' || rest.length > 0)
    throw misuse(`--student ${option}: write it as student@rollcall.test=0-10,20-30`);
  return [who, spans];
}

const MINUTE = 60_000;
/** A second device is in this long after the first began to leave. */
const DEVICE_SWITCH = 400;
const TIME = String.raw`-?\d+(?:\.\d+)?%|-?\d+(?::[0-5]\d)?`;
const SPAN = new RegExp(String.raw`^(\?)?(${TIME})-((?:${TIME})(?:>(?:${TIME}))*)(\?)?$`);
const MOST_SPANS = 200;

/**
 * Reads `0-20,25-60`. A `?` before or after a span is a lost join or leave; `0-20>60` is another device from minute 20
 * on; `absent` is nobody. `scheduledSeconds` is what percent are of.
 */
export function parseSpans(text: string, scheduledSeconds: number): Connection[] {
  if (text === 'absent') return [];
  const spans = text.split(',').map((span) => span.trim());
  if (spans.length > MOST_SPANS) throw misuse(`more than ${MOST_SPANS} spans`);
  return spans.flatMap((span) => parseSpan(span, scheduledSeconds));
}

function parseSpan(span: string, scheduledSeconds: number): Connection[] {
  const [, joinLost, first, rest, leaveLost] = SPAN.exec(span) ?? [];
  if (first === undefined || rest === undefined)
    throw misuse(`"${span}" is no time in class: write 0-60, 12:30-45:00, 0-20%, 0-20>60, 0-60? or absent`);
  const times = [first, ...rest.split('>')].map((time) => parseTime(time, scheduledSeconds));
  return times.slice(1).map((to, index) => {
    const from = times[index]! + (index > 0 ? DEVICE_SWITCH : 0);
    if (to <= from) throw misuse(`"${span}" ends before it begins`);
    const last = index === times.length - 2;
    return {
      from,
      to,
      joinLost: index === 0 && joinLost !== undefined,
      leaveLost: last && leaveLost !== undefined,
      replaced: !last,
    };
  });
}

/** Milliseconds, whole seconds: the video server reports no finer end. */
function parseTime(time: string, scheduledSeconds: number): number {
  if (time.endsWith('%')) return Math.round((Number(time.slice(0, -1)) / 100) * scheduledSeconds) * 1_000;
  const [minutes = '0', seconds = '0'] = time.replace('-', '').split(':');
  return (time.startsWith('-') ? -1 : 1) * (Number(minutes) * MINUTE + Number(seconds) * 1_000);
}
