import type { Purchase } from '@rollcall/contracts/api/enrollment';
import { callerOf, publishedCourse } from '@rollcall/e2e/story';
import { startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { testDatabase, token } from '@rollcall/kit/testing';
import pg from 'pg';
import { Pool } from 'undici';
import { startIssuer } from '../keys.js';
import { type Figure, inParallel, median, milliseconds } from '../report.js';

const BUYERS = 100;
/** Rounds, and how many of the first only warm both: a server that runs is warm. */
const ROUNDS = 12;
const WARM_UP = 4;
/** Connections of one replica of enrollment to its database, unless it is set otherwise. */
const CONNECTIONS = 10;

/**
 * A hundred buyers of one seat at once, through the gateway until the last of them is answered, the winner by the wallet;
 * against a hundred bare transactions that queue for the same row and do nothing else.
 */
export async function lastSeat(): Promise<Figure> {
  const issuer = await startIssuer();
  const system = await startSystem({ settings: issuer.settings });
  const teacherId = newId();
  const teacher = callerOf(system.gateway, teacherId, await token({ id: teacherId, roles: ['teacher'] }));
  const tokens = await Promise.all(
    Array.from({ length: BUYERS }, () => token({ id: newId(), roles: ['student'] })),
  );
  const gateway = new Pool(system.gateway, { connections: BUYERS });
  const bare = await openBare();
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const [session] = (await publishedCourse(teacher, { price: 0, maxStudents: 1 })).sessions;
    const path = `/api/v1/enrollments/sessions/${session?.id}/purchase`;
    times.ours.push(await timed(() => Promise.all(tokens.map((one) => buy(gateway, path, one)))));
    times.bare.push(await timed(bare.queueForOneSeat));
  }
  await Promise.all([gateway.close(), bare.close()]);
  await system.stop();
  issuer.close();
  const [ours, limit] = [median(times.ours.slice(WARM_UP)), median(times.bare.slice(WARM_UP))];
  return {
    name: `${BUYERS} buyers of the last seat, all answered`,
    ours: milliseconds(ours),
    limit: milliseconds(limit),
    ratio: limit / ours,
    goal: 0.125,
    means: 'bare transactions over ours; an eighth is eight times as long',
  };
}

/** Exactly one of them must be sold the seat. */
async function timed(act: () => Promise<boolean[]>): Promise<number> {
  const started = performance.now();
  const sold = (await act()).filter(Boolean).length;
  const took = performance.now() - started;
  if (sold !== 1) throw new Error(`one seat was sold ${sold} times`);
  return took;
}

async function buy(gateway: Pool, path: string, bearer: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${bearer}` };
  const { statusCode, body } = await gateway.request({ method: 'POST', path, headers });
  const answer = (await body.json()) as Purchase & { type?: string };
  if (statusCode === 201) return answer.status === 'active';
  if (answer.type === '/problems/sold-out') return false;
  throw new Error(`a buyer was answered with ${statusCode} ${JSON.stringify(answer)}`);
}

async function openBare() {
  const { db, url, close } = await testDatabase();
  await db.raw(`
    create table bare_sessions (id uuid primary key, seats int not null);
    create table bare_seats (session_id uuid not null, student_id uuid not null, primary key (session_id, student_id))`);
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const take = async (session: string): Promise<boolean> => {
    const client = await pool.connect();
    await client.query('begin');
    const { rows } = await client.query('select seats from bare_sessions where id = $1 for update', [
      session,
    ]);
    const free = rows[0]?.seats > 0;
    if (free) {
      await client.query('insert into bare_seats (session_id, student_id) values ($1, $2)', [
        session,
        newId(),
      ]);
      await client.query('update bare_sessions set seats = seats - 1 where id = $1', [session]);
    }
    await client.query('commit');
    client.release();
    return free;
  };
  return {
    queueForOneSeat: async () => {
      const session = newId();
      await pool.query('insert into bare_sessions (id, seats) values ($1, 1)', [session]);
      const taken: boolean[] = [];
      await inParallel(Array.from({ length: BUYERS }), BUYERS, async () => taken.push(await take(session)));
      return taken;
    },
    close: async () => {
      await pool.end();
      await close();
    },
  };
}
