/** The way of a request: found in the table, its caller known and allowed, counted, its body in hand, sent, relayed. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { tokenOf, type User, type Verify } from '@rollcall/kit/auth';
import { DomainError, forbidden, unauthenticated } from '@rollcall/kit/errors';
import type { Logger } from '@rollcall/kit/log';
import { inSpan, SpanKind } from '@rollcall/kit/tracing';
import type { Request, RequestHandler, Response } from 'express';
import type { Dispatcher } from 'undici';
import { BODY_LIMIT, CallerGone, type Memory, readBody, WEBHOOK_LIMIT } from './body.js';
import type { UpstreamName } from './config.js';
import { copyHeaders, requestHeaders } from './headers.js';
import type { Limits } from './limits.js';
import type { Operators } from './operators.js';
import { readTarget } from './path.js';
import { HttpError } from './problems.js';
import { type CookieSession, type SessionRules, sessionOf } from './session.js';
import type { Streams } from './streams.js';
import { find, type Table, type Target } from './table.js';
import type { Upstream } from './upstream.js';

export interface ProxyContext {
  readonly table: Table;
  readonly upstreams: Readonly<Record<UpstreamName, Upstream>>;
  readonly verify: Verify;
  readonly limits: Limits;
  /** Webhooks have memory of their own: nobody asks who sends them, so they must not crowd out the rest, nor it them. */
  readonly bodies: { readonly timeout: number; readonly memory: Memory; readonly webhookMemory: Memory };
  readonly sessions: SessionRules;
  readonly streams: Streams;
  readonly operators: Operators;
  readonly log: Logger;
}

/** Answers what the table knows; the rest is left to what comes next. */
export const proxy =
  (context: ProxyContext): RequestHandler =>
  async (request, response, next) => {
    const { segments, search } = readTarget(request.url);
    const found = find(context.table, request.method, segments);
    if (found === undefined) return next();
    if ('allow' in found) throw wrongMethod(found.allow);
    const { target, path } = found;
    response.locals.pattern = target.pattern;
    const user = target.who === 'webhook' ? undefined : await admit(context, target, request, response);
    const { service } = target;
    if (service === 'gateway') {
      const authorization = request.headers.authorization ?? '';
      return void response.json(await context.operators.answer(target, { segments, search, authorization }));
    }
    const session = sessionOf(context.sessions, target, request);
    if (session?.isOver) {
      session.end(response);
      return void response.status(204).end();
    }
    const leave = target.streams && user !== undefined ? context.streams.enter(user.id) : undefined;
    await inSpan(
      `${request.method} ${target.pattern}`,
      { kind: SpanKind.SERVER, parent: response.locals.traceparent },
      (traceparent) =>
        forward(context, target, { request, response, service, path: path + search, traceparent, session }),
    ).finally(leave);
  };

function wrongMethod(allow: readonly string[]): Error {
  const methods = allow.join(', ');
  return new HttpError(405, 'wrong-method', `Use ${methods} here.`, { Allow: methods });
}

/** Token, then rate, then role; returns who it is. A caller without a valid token counts by address, a refused one too. */
async function admit(
  { verify, limits }: ProxyContext,
  { who }: Target,
  request: Request,
  response: Response,
): Promise<User | undefined> {
  const address = request.ip ?? '';
  let user: User | undefined;
  try {
    const token = tokenOf(who, request.method, request.headers.authorization);
    user = token === undefined ? undefined : await verify(token);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'unauthenticated')
      await limits.ofAddress(address, response);
    throw error;
  }
  await (user === undefined ? limits.ofAddress(address, response) : limits.ofUser(user.id, response));
  if (who === 'public' || who === 'webhook') return user;
  if (user === undefined) throw unauthenticated('not-signed-in', 'Sign in and send the access token.');
  const { roles } = user;
  if (who !== 'any' && !who.some((role) => roles.includes(role))) {
    throw forbidden('wrong-role', `This is for: ${who.join(', ')}.`);
  }
  return user;
}

interface Passage {
  readonly request: Request;
  readonly response: Response;
  readonly service: UpstreamName;
  readonly path: string;
  readonly traceparent: string | undefined;
  readonly session: CookieSession | undefined;
}

async function forward(context: ProxyContext, target: Target, passage: Passage): Promise<void> {
  const { request, response, service, path, traceparent, session } = passage;
  const { bodies, upstreams, log } = context;
  const upstream = upstreams[service];
  const isWebhook = target.who === 'webhook';
  const headers = requestHeaders(request, {
    address: request.ip ?? '',
    protocol: request.protocol,
    requestId: response.locals.requestId,
  });
  if (traceparent !== undefined) headers.traceparent = traceparent;
  const caller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) caller.abort(new CallerGone());
  });
  const { body, release } = await bodyOf(request, response, {
    timeout: bodies.timeout,
    memory: isWebhook ? bodies.webhookMemory : bodies.memory,
    limit: isWebhook ? WEBHOOK_LIMIT : BODY_LIMIT,
  });
  try {
    if (session?.body !== undefined) headers['content-type'] = 'application/json';
    const outgoing = { method: request.method, path, headers, body: session?.body ?? body };
    const relay = (answer: Dispatcher.ResponseData) => {
      if (session !== undefined) return relaySession(response, answer, session);
      if (target.streams && answer.statusCode === 200)
        return context.streams.relay(response, answer, caller.signal);
      return relayTo(response, answer, { log, timeout: bodies.timeout });
    };
    await laneOf(upstream, target)(outgoing, caller, relay);
  } finally {
    release();
  }
}

function laneOf(upstream: Upstream, { who, streams }: Target): Upstream['exchange'] {
  if (who === 'webhook') return upstream.exchangeWebhook;
  return streams ? upstream.exchangeLong : upstream.exchange;
}

/** A read takes no body: one that comes is let flow away, as what a GET body means differs from parser to parser. */
async function bodyOf(request: IncomingMessage, response: Response, rules: Parameters<typeof readBody>[1]) {
  if (request.method === 'GET' || request.method === 'HEAD') return { body: undefined, release: () => {} };
  return readBody(request, rules, () => {
    if (request.headers.expect !== undefined) response.writeContinue();
  });
}

/** An answer that begins, renews or ends a session is small: taken whole, its token put where it belongs. */
async function relaySession(
  response: Response,
  answer: Dispatcher.ResponseData,
  session: CookieSession,
): Promise<void> {
  const came = Buffer.from(await answer.body.bytes());
  const body = session.answered(answer, came, response);
  response.status(answer.statusCode);
  copyHeaders({ ...answer.headers, 'content-length': undefined }, response);
  if (answer.statusCode !== 204) response.setHeader('Content-Length', body.length);
  response.end(body);
}

/** Bytes. One write of head and body: with a stream each the small answers, nearly all, cost a third more. */
const SMALL = 64 * 1024;

/** `timeout`: milliseconds for which a caller may take nothing of a long answer, whose upstream has a place taken meanwhile. */
async function relayTo(
  response: Response,
  answer: Dispatcher.ResponseData,
  { log, timeout }: { readonly log: Logger; readonly timeout: number },
): Promise<void> {
  // No length is no number, which is not small.
  const isSmall = Number(answer.headers['content-length']) <= SMALL;
  const whole = isSmall ? await answer.body.bytes() : undefined;
  response.status(answer.statusCode);
  copyHeaders(answer.headers, response);
  if (whole !== undefined) return void response.end(whole);
  response.setTimeout(timeout, () => response.destroy());
  try {
    await pipeline(answer.body, response);
  } catch (error) {
    // The head is out: nothing better can be said than a connection cut short, which pipeline has done.
    log.debug({ err: error, requestId: response.locals.requestId }, 'answer cut short');
  }
}
