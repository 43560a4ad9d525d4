/** The video server's own word on who is in a room. */

import { gauge } from '@rollcall/kit/metrics';
import {
  type ParticipantInfo,
  ParticipantInfo_State,
  RoomServiceClient,
  TwirpError,
} from 'livekit-server-sdk';
import CircuitBreaker from 'opossum';
import type { Config } from './config.js';

export interface VideoServer {
  /** Participants in state ACTIVE, as protojson; of a room that is not there, none. Throws when there is no good answer. */
  whoIsIn(room: string): Promise<readonly unknown[]>;
  /** Did it fail so often that it is asked no more than once in a while? */
  isAway(): boolean;
  close(): void;
}

/** Seconds. It answers from memory, or from Redis; the SDK ends the call. */
const TIMEOUT = 5;

/**
 * A minute apart, five failures are counted together over five minutes, and one call a minute tries an open circuit. In a
 * full hour the fifth failed room of a minute opens it, so that a server which hangs costs 5 s and not 5 s a room.
 */
const BREAKER = {
  volumeThreshold: 5,
  errorThresholdPercentage: 50,
  rollingCountTimeout: 300_000,
  resetTimeout: 30_000,
};

const STATES = { closed: 0, halfOpen: 1, open: 2 } as const;
const circuitState = gauge('circuit_state', 'Breaker by upstream: 0 closed, 1 half open, 2 open', [
  'upstream',
]);

/** Was it spared the question, because it is away? */
export const isNotAsked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER';

type Access = Pick<Config, 'LIVEKIT_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET'>;

export function createVideoServer(given: Access, { timeout = TIMEOUT, ...rules } = {}): VideoServer {
  const client = new RoomServiceClient(given.LIVEKIT_URL, given.LIVEKIT_API_KEY, given.LIVEKIT_API_SECRET, {
    requestTimeout: timeout,
    failover: false, // of LiveKit Cloud: up to three more calls, each with the whole timeout
  });
  const breaker = new CircuitBreaker(async (room: string) => participants(client, room), {
    ...BREAKER,
    ...rules,
    // Its own timeout would leave the call running.
    timeout: false,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  const show = (state: keyof typeof STATES) => () => circuitState.set({ upstream: 'livekit' }, STATES[state]);
  breaker.on('open', show('open')).on('halfOpen', show('halfOpen')).on('close', show('closed'));
  show('closed')();
  return {
    whoIsIn: (room) => breaker.fire(room),
    isAway: () => !breaker.closed,
    close: () => breaker.shutdown(),
  };
}

async function participants(client: RoomServiceClient, room: string): Promise<unknown[]> {
  const all = await client.listParticipants(room).catch(noneOfNoRoom);
  return all.filter(({ state }) => state === ParticipantInfo_State.ACTIVE).map((one) => one.toJson());
}

/**
 * Nobody is in a room that is not there. LiveKit's server answers with an empty list for one; where it is said to be
 * `not_found` in Twirp's own words, that is the same answer. A 404 without them is some proxy's.
 */
function noneOfNoRoom(error: unknown): ParticipantInfo[] {
  if (error instanceof TwirpError && error.code === 'not_found') return [];
  throw error;
}
