import type { Database } from '@rollcall/kit/database';
import type { Logger } from '@rollcall/kit/log';
import { counter } from '@rollcall/kit/metrics';
import { readParticipant } from '../domain/delivery.js';
import type { Rules } from '../domain/session.js';
import { insertSweep, type NamedRoom, roomsToSweep } from '../store/sweeps.js';
import { isNotAsked, type VideoServer } from '../video-server.js';

const sweeps = counter('attendance_sweeps_total', 'Sweeps of rooms by what became of them', ['outcome']);

export interface SweepContext {
  readonly db: Database;
  readonly server: VideoServer;
  readonly rules: Rules;
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Rooms asked for at once. */
const LANES = 8;
/** Milliseconds: the next turn comes after a minute, and what this one did not get to is no information. */
const TURN = 50_000;

/**
 * Asks the video server once for everybody in every room that may have a class in it. A good answer is kept as an event of
 * its own; an error is no information and leaves nothing behind but a count, and one line when an outage begins or ends.
 */
export async function sweepRooms(context: SweepContext): Promise<void> {
  const { db, server, rules, log, clock } = context;
  const wasAway = server.isAway();
  const until = performance.now() + TURN;
  const rooms = (await roomsToSweep(db, clock(), rules)).values();
  const lane = async () => {
    for (const room of rooms)
      sweeps.inc({ outcome: performance.now() < until ? await sweep(context, room) : 'late' });
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (!wasAway && server.isAway()) log.warn('the video server does not answer: no sweeps until it does');
  if (wasAway && !server.isAway()) log.info('the video server answers again');
}

async function sweep(context: SweepContext, room: NamedRoom): Promise<'stored' | 'failed' | 'not-asked'> {
  const { db, server, log, clock } = context;
  const askedAt = clock();
  try {
    const people = await server.whoIsIn(room.name);
    const active = people.map((one) => readParticipant(one, askedAt.getTime()));
    await insertSweep(db, { ...room, askedAt, active });
    return 'stored';
  } catch (error) {
    log.debug({ err: error, room: room.name }, 'a room could not be swept');
    return isNotAsked(error) ? 'not-asked' : 'failed';
  }
}
