/** Answers that go on for minutes: in places of their own, passed on as they come, and ended first when we stop. */
import { once } from 'node:events';
import { unavailable } from '@rollcall/kit/errors';
import type { Logger } from '@rollcall/kit/log';
import { gauge } from '@rollcall/kit/metrics';
import { createPlaces, type PlaceRules } from '@rollcall/kit/places';
import type { Response } from 'express';
import type { Dispatcher } from 'undici';
import { copyHeaders } from './headers.js';

export interface Streams {
  /** Takes a place; returns how to give it back. Throws 429 past the user's, 503 past all or while we stop. */
  enter(userId: string): () => void;
  /** Passes the answer on until either side ends it. The caller comes again: whatever broke, it ends as one that is over. */
  relay(response: Response, answer: Dispatcher.ResponseData, gone: AbortSignal): Promise<void>;
  stop(): void;
}

/** Milliseconds in which nothing went out, where a heartbeat comes each 15 s: the reader takes nothing, or is not there. */
const SILENCE = 45_000;

const open = gauge('event_streams', 'Streams of events that are passed on');

export function createStreams(rules: PlaceRules, log: Logger): Streams {
  const places = createPlaces(rules);
  const ends = new Set<() => void>();
  let stopping = false;
  return {
    enter: (userId) => {
      if (stopping) throw unavailable('stopping', 'This replica is stopping. Come again.', 1);
      return places.take(userId);
    },
    relay: async (response, { statusCode, headers, body }, gone) => {
      const end = () => void body.destroy();
      response.locals.isStream = true;
      response.setTimeout(SILENCE, () => response.destroy());
      response.status(statusCode);
      copyHeaders(headers, response);
      response.flushHeaders();
      ends.add(end);
      open.inc();
      try {
        if (!stopping)
          for await (const part of body)
            if (!response.write(part)) await once(response, 'drain', { signal: gone });
      } catch (error) {
        log.debug({ err: error, requestId: response.locals.requestId }, 'a stream was cut short');
      }
      ends.delete(end);
      open.dec();
      end();
      response.end();
    },
    stop: () => {
      stopping = true;
      for (const end of ends) end();
    },
  };
}
