/** Plays a class: posts what the video server would have posted, waits for the money, compares with what was expected. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lesson, type Webhook, webhooksOf } from '@rollcall/contracts/class-webhooks';
import type { Api, Settlement } from './api.js';
import { type Cast, castOf, type Session } from './cast.js';
import { type Delivery, deliveriesOf } from './deliveries.js';
import { type Comparison, isAsExpected, outcomeExpected, outcomeOf } from './expected.js';
import type { FindUser } from './people.js';
import { type Door, post, postForged } from './post.js';
import { isSettled } from './report.js';
import { type Expected, parseSpans, type Scenario } from './scenario.js';

export interface Stage {
  readonly api: Api;
  readonly door: Door;
  readonly find: FindUser;
  /** Seconds for the settlement at most, and as many again for what comes late. */
  readonly wait: number;
  /** Hears what happens, in words for a person. */
  readonly say: (line: string) => void;
}

export interface Played {
  readonly settlement: Settlement | undefined;
  /** One a student once the class is settled, and one more after what came late. */
  readonly comparisons: readonly Comparison[];
}

export async function playClass(stage: Stage, found: Session, scenario: Scenario): Promise<Played> {
  const { say } = stage;
  const door = { ...stage.door, clockAhead: scenario.clockAhead };
  const lesson = lessonOf(found);
  const cast = await castOf(scenario, found, stage.find);
  const webhooks = webhooksFor(scenario, lesson, cast);
  const { inTime, late } = deliveriesOf(webhooks, scenario, lesson, { newSid, random: Math.random });

  await postAll(door, inTime);
  const people = new Set([...cast.room, ...cast.elsewhere].map(({ userId }) => userId)).size;
  say(
    `posted ${inTime.length} webhooks of ${people === 1 ? '1 person' : `${people} people`} to ${door.urls}`,
  );
  if (scenario.endedBy === 'admin') {
    say('nothing ends this class but our clock, when it is long over: an admin ends it now');
    await stage.api.complete(found.session.id, 'The class simulator plays a class whose end is never told.');
  }
  const first = await untilThere(stage, found, { expected: cast.expected, version: 1 });
  if (late.length === 0) return first;

  await postAll(door, late);
  say(`posted ${late.length} more, now that the class is settled`);
  const { later } = scenario.expect;
  const expected = new Map(later && found.buyers.map((userId) => [userId, later] as const));
  const second = await untilThere(stage, found, { expected, version: 2 });
  return { ...second, comparisons: [...first.comparisons, ...second.comparisons] };
}

/** `EV_…`, `RM_…`, `PA_…`: never used before. */
const newSid = (prefix: string) =>
  `${prefix}_${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x')}`;

const lessonOf = ({ session: { roomName, startsAt, durationMinutes } }: Session): Lesson => ({
  roomName,
  startsAt: new Date(startsAt),
  durationMinutes,
});

/** No course has that many sessions: its room is well named and nobody's. */
const ELSEWHERE = '999999';

export function webhooksFor(scenario: Scenario, lesson: Lesson, { room, elsewhere }: Cast): Webhook[] {
  const { rooms, lessons } = scenario;
  const openings = rooms === undefined ? undefined : parseSpans(rooms, lesson.durationMinutes * 60);
  const nameOf = (index: number) => (lessons ? `${lesson.roomName}_lesson_${index + 1}` : lesson.roomName);
  const here = webhooksOf(lesson, room, openings, newSid, nameOf);
  if (elsewhere.length === 0) return here;
  const other = { ...lesson, roomName: lesson.roomName.replace(/\d+$/, ELSEWHERE) };
  return [...here, ...webhooksOf(other, elsewhere, undefined, newSid)].sort((a, b) => a.at - b.at);
}

/** One after the other, as the video server does for one room. */
async function postAll(door: Door, deliveries: readonly Delivery[]): Promise<void> {
  for (const { body, forgedFrom } of deliveries)
    await (forgedFrom === undefined ? post(door, body) : postForged(door, body, forgedFrom));
}

/** Milliseconds between two looks. */
const LOOK = 250;
/** Milliseconds for a hold to follow a newer attendance: it was settled before, so that nothing else says when. */
const FOLLOWS = 10_000;

interface Expectation {
  readonly expected: ReadonlyMap<string, Expected>;
  /** Of the attendance, at least. */
  readonly version: number;
}

/** How it stands once every hold is settled and the attendance has come so far, or when the time is over. */
async function untilThere(
  { api, wait }: Stage,
  { session }: Session,
  expectation: Expectation,
): Promise<Played> {
  let deadline = Date.now() + wait * 1_000;
  for (let wasThere = false; ; ) {
    const { isThere, ...played } = await look(api, session, expectation);
    if (isThere && (expectation.version === 1 || played.comparisons.every(isAsExpected))) return played;
    if (isThere && !wasThere) deadline = Math.min(deadline, Date.now() + FOLLOWS);
    wasThere ||= isThere;
    if (Date.now() >= deadline) return played;
    await sleep(LOOK);
  }
}

async function look(
  api: Api,
  { id, durationMinutes }: Session['session'],
  { expected, version }: Expectation,
): Promise<Played & { isThere: boolean }> {
  const settlement = await api.settlement(id);
  const attendance = await api.attendance(id);
  return {
    settlement,
    comparisons: [...expected].map(([userId, outcome]) => ({
      userId,
      expected: outcomeExpected(outcome, durationMinutes * 60, version),
      actual: outcomeOf(userId, attendance, settlement?.holds ?? []),
    })),
    isThere: settlement !== undefined && isOver(settlement) && (attendance?.version ?? 0) >= version,
  };
}

/** With nobody in it there is nothing to wait for but the end of the class. */
export const isOver = ({ holds, status }: Settlement): boolean =>
  holds.length > 0 ? holds.every(isSettled) : status === 'settled' || status === 'completed';
