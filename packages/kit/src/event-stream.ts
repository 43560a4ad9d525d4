/** Answers that go on: server-sent events, to whoever is there and takes them. */
import type { Route } from '@rollcall/contracts/route';
import type { Request, Response } from 'express';
import { bearerOf, endOf, type User } from './auth.js';
import { unavailable } from './errors.js';
import type { Served } from './http.js';
import { counter, gauge } from './metrics.js';

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
  /** What the reader gives back as Last-Event-ID when it comes again. */
  readonly id?: string;
}

export interface EventStream {
  /** Written at once. A reader that does not take what it was sent is cut off: it comes again and goes on where it was. */
  send(event: ServerEvent): void;
  end(): void;
  /** Aborts once nobody reads any more, whoever ended it. */
  readonly closed: AbortSignal;
}

export interface Follower {
  readonly user: User;
  readonly lastEventId: string | undefined;
  /** Sends the head. Before it a throw is a problem like any other's; afterwards it cuts the stream off. */
  open(): EventStream;
}

/** Milliseconds. Proxies take a connection on which nothing came for a minute for dead, ours one of thirty seconds. */
const HEARTBEAT = 15_000;
/** Of one stream, whatever its token allows: readers find their way to replicas that started later. */
const LONGEST = 3_600_000;
/** Bytes a reader may leave untaken beside what the system's own buffers hold. */
const MOST_UNTAKEN = 64 * 1024;

const streams = gauge('event_streams', 'Streams of events that are open');
const ended = counter('event_streams_ended_total', 'Streams of events, by why they ended', ['why']);

/**
 * A route that is followed: text/event-stream until the reader leaves, its token ends, or the service stops. Its route asks
 * for a token.
 */
export const follow = (route: Route, begin: (follower: Follower) => Promise<void>): Served => ({
  route,
  handle: async (request, response) => {
    const stopping: AbortSignal | undefined = request.app.locals.stopping;
    if (stopping?.aborted) throw unavailable('stopping', 'This replica is stopping. Come again.', 1);
    await begin({
      user: response.locals.user,
      lastEventId: request.get('last-event-id'),
      open: () => open(request, response, stopping),
    });
  },
});

type Why = 'reader left' | 'reader too slow' | 'over' | 'stopping';

function open(request: Request, response: Response, stopping: AbortSignal | undefined): EventStream {
  // Who left while the beginning was looked up closes nothing any more.
  if (response.locals.signal.aborted) return NOBODY;
  const closed = new AbortController();
  let why: Why = 'reader left';
  const end = (reason: Why) => {
    if (closed.signal.aborted) return;
    why = reason;
    response.end();
  };
  const write = (text: string) => {
    if (closed.signal.aborted || response.writableEnded) return;
    response.write(text);
    if (response.writableLength <= MOST_UNTAKEN) return;
    why = 'reader too slow';
    response.destroy();
  };
  const stop = () => end('stopping');
  const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT);
  const over = setTimeout(() => end('over'), lifeOf(request));
  stopping?.addEventListener('abort', stop);
  streams.inc();
  response.once('close', () => {
    clearInterval(heartbeat);
    clearTimeout(over);
    stopping?.removeEventListener('abort', stop);
    streams.dec();
    ended.inc({ why });
    closed.abort();
  });
  sendHead(response);
  if (request.method === 'HEAD') end('over');
  if (stopping?.aborted) stop();
  return { send: (event) => write(textOf(event)), end: () => end('over'), closed: closed.signal };
}

const NOBODY: EventStream = { send: () => {}, end: () => {}, closed: AbortSignal.abort() };

/** The last one is for proxies of nginx's kind, which would gather what is to go out at once. */
function sendHead(response: Response): void {
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
}

/** Milliseconds until the token ends by which it was opened. */
function lifeOf(request: Request): number {
  const left = endOf(bearerOf(request.get('authorization')) ?? '') - Date.now();
  return Math.min(Math.max(left, 0), LONGEST);
}

/** JSON has no line breaks of its own, so one line of data is all of it. */
const textOf = ({ event, data, id }: ServerEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
