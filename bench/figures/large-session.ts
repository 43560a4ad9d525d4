import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sessionScheduled } from '@rollcall/contracts/events/enrollment';
import { type System, startSystem } from '@rollcall/e2e/system';
import type { Database } from '@rollcall/kit/database';
import { newId } from '@rollcall/kit/id';
import { envelope } from '@rollcall/kit/testing';
import { AccessToken } from 'livekit-server-sdk';
import { publishEvents } from '../publisher.js';
import { type Figure, median, until } from '../report.js';

const PEOPLE = 10_000;
/** Connections of each, with a joining and a leaving: 100,000 events. */
const CONNECTIONS = 5;
const ROUNDS = 3;
const SECONDS = 5;
const MEGABYTES = 300;
const START = Date.parse('2027-01-10T10:00:00Z');

interface Round {
  readonly milliseconds: number;
  readonly atRest: number;
  readonly peak: number;
}

/** From the webhook that ends a large class to its committed result, and what the process holds at most meanwhile. */
export async function largeSession(): Promise<Figure[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await inItsOwnProcess());
  const seconds = median(rounds.map(({ milliseconds }) => milliseconds)) / 1000;
  const peak = Math.max(...rounds.map((round) => round.peak));
  const atRest = median(rounds.map((round) => round.atRest));
  const name = `a session of ${PEOPLE.toLocaleString('en')} people, ${(PEOPLE * CONNECTIONS * 2).toLocaleString('en')} events`;
  const means = 'limit over ours';
  return [
    {
      name: `${name}: completed`,
      ours: `${seconds.toFixed(1)} s`,
      limit: `${SECONDS} s`,
      ratio: SECONDS / seconds,
      goal: 1,
      means,
    },
    {
      name: `${name}: the process at most, ${atRest.toFixed(0)} MB at rest`,
      ours: `${peak.toFixed(0)} MB`,
      limit: `${MEGABYTES} MB`,
      ratio: MEGABYTES / peak,
      goal: 1,
      means,
    },
  ];
}

/** Fresh for each class: what garbage another one left says nothing of this one. */
async function inItsOwnProcess(): Promise<Round> {
  const system = await startSystem({
    services: ['attendance'],
    settings: { ATTENDANCE_GRACE_SECONDS: '0' },
  });
  const pid = system.processes('attendance')[0]?.pid ?? 0;
  const atRest = await residentMegabytes(pid);
  const memory = watch(pid);
  const milliseconds = await completeOne(system);
  const peak = memory.stop();
  await system.stop();
  return { milliseconds, atRest, peak };
}

async function completeOne(system: System): Promise<number> {
  const db = system.db('attendance');
  const session = {
    sessionId: newId(),
    courseId: newId(),
    number: 1,
    teacherId: newId(),
    title: 'Bench',
    startsAt: new Date(START).toISOString(),
    durationMinutes: 60,
    price: { amount: 1000, currency: 'USD' },
    status: 'scheduled' as const,
    version: 1,
  };
  await publishEvents(system.prefix, [envelope(sessionScheduled, session)]);
  const known = () => db('sessions').where({ id: session.sessionId }).first();
  await until('the session is known', async () => (await known()) !== undefined);
  const room = { sid: `RM_${session.sessionId}`, name: `course_${session.courseId}_session_1` };
  await store(db, session, room);
  const started = performance.now();
  await post(system, { event: 'room_finished', room, id: newId(), createdAt: String(START / 1000 + 3_620) });
  await until('its result', async () => (await known()).completed_at !== null);
  const milliseconds = performance.now() - started;
  const records = await db('records').where({ session_id: session.sessionId }).pluck('seconds');
  if (records.length !== PEOPLE) throw new Error(`${records.length} records were made`);
  return milliseconds;
}

/** The class as its webhooks were stored: everybody five times in for ten minutes of twelve, the teacher one of them. */
async function store(
  db: Database,
  { courseId, teacherId }: { courseId: string; teacherId: string },
  room: { sid: string; name: string },
): Promise<void> {
  await db.raw(
    `insert into deliveries (event_id, received_at, body_sha256, body, event, room_name, room_sid, course_id, session_number,
       participant_sid, identity, hidden, recorder, agent, joined_at_ms, created_at, disconnect_reason)
     select gen_random_uuid(), now(), sha256('x'), 'x', event, :name, :sid, :courseId, 1,
            'PA_' || person || '_' || connection || :sid,
            case person when 1 then :teacherId else md5(person || :sid)::uuid::text end, false, false, false,
            :start::bigint + connection * 720000,
            :start::bigint + connection * 720000 + case event when 'participant_left' then 600000 else 0 end,
            case event when 'participant_left' then 'CLIENT_INITIATED' end
       from generate_series(1, ${PEOPLE}) as person, generate_series(0, ${CONNECTIONS - 1}) as connection,
            unnest(array['participant_joined', 'participant_left']) as event
      order by connection, event, person`,
    { ...room, courseId, teacherId, start: START },
  );
  await db.raw('analyze deliveries');
}

async function post(system: System, webhook: object): Promise<void> {
  const body = JSON.stringify(webhook);
  const token = new AccessToken('devkey', 'secret', { ttl: '10m' });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  const answer = await fetch(`${system.urls.attendance[0]}/webhooks/livekit`, {
    method: 'POST',
    headers: { authorization: await token.toJwt() },
    body,
  });
  if (answer.status !== 200) throw new Error(`the webhook was answered with ${answer.status}`);
}

const residentMegabytes = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Looks at a process's resident memory every 20 ms; `stop` gives the most that was seen. */
function watch(pid: number): { stop(): number } {
  let most = 0;
  const timer = setInterval(async () => {
    most = Math.max(most, await residentMegabytes(pid));
  }, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}
