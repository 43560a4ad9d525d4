/** The app that answers served routes: who calls is checked first, then the role, then the shape; errors are problems. */
import type { RequestListener } from 'node:http';
import type { Route } from '@rollcall/contracts/route';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { tokenOf, type User, type Verify } from './auth.js';
import { DomainError, forbidden, notFound, unauthenticated, wrongType } from './errors.js';
import type { Served } from './http.js';
import type { Logger } from './log.js';
import { requestSeconds } from './metrics.js';
import { sendError, sendProblem } from './problem.js';
import { inSpan, SpanKind, traceOf } from './tracing.js';
import { type Hooked, webhookDoor } from './webhook.js';
import type { Cause } from './work.js';

export interface AppOptions {
  readonly served: readonly (Served | Hooked)[];
  readonly verify: Verify;
  readonly log: Logger;
  /** Routers of the process itself: health and metrics. */
  readonly extra?: Router;
  /** Aborts when the process begins to stop: answers that would go on end then. */
  readonly stopping?: AbortSignal;
}

/** What paths may begin with; the version is optional. */
const PREFIXES = ['/api/v1', '/api', ''];

/** The service's app, as supertest opens it and as production listens with it. Webhooks do not go through express. */
export function createApp(options: AppOptions): RequestListener {
  const { served, log } = options;
  const app = createExpress(options);
  const hooks = served.filter((one) => 'receive' in one);
  const isWebhook = webhookDoor(hooks, { prefixes: PREFIXES, log });
  return (request, response) => {
    if (!isWebhook(request, response)) app(request, response);
  };
}

function createExpress({ served, verify, log, extra, stopping }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.locals.stopping = stopping;
  app.use(begin);
  if (extra) app.use(extra);
  const router = express.Router({ caseSensitive: true });
  const answered = served.filter((one) => 'handle' in one);
  for (const one of bySpecificity(answered)) mount(router, one, verify);
  for (const path of new Set(served.map(({ route }) => route.path))) {
    router.all(path, wrongMethod(served.filter(({ route }) => route.path === path)));
  }
  // One at a time: in a list, '/' would match nothing but itself.
  for (const prefix of PREFIXES) app.use(prefix || '/', router);
  app.use(unknownPath);
  app.use(onError(log));
  return app;
}

const unknownPath: RequestHandler = (_request, response) => {
  sendProblem(response, notFound('path'), response.locals.requestId);
};

const onError =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, { method }, response, _next) => {
    const { requestId } = response.locals;
    if (response.headersSent) {
      log.error({ err: error, requestId, method }, 'an answer was broken off');
      response.destroy();
    } else sendError(response, error, { requestId, method, log });
  };

/** `/enrollments/me` before `/enrollments/:id`: the first segment that differs decides, a literal one first. */
function bySpecificity(served: readonly Served[]): Served[] {
  const key = ({ route }: Served) =>
    route.path
      .split('/')
      .map((segment) => (segment.startsWith(':') ? '~' : segment))
      .join('/');
  return [...served].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function mount(router: Router, one: Served, verify: Verify): void {
  const { route } = one;
  const measured: RequestHandler = (request, response, next) => {
    // Of a stream it would be how long somebody listened.
    if (route.streams) return next();
    const stop = requestSeconds.startTimer({ route: route.path, method: request.method });
    response.once('finish', () => stop({ status: String(response.statusCode) }));
    next();
  };
  const answer: RequestHandler = (request, response) =>
    inSpan(
      `${request.method} ${route.path}`,
      { kind: SpanKind.SERVER, parent: response.locals.cause.traceparent },
      (traceparent) => {
        response.locals.cause = { ...response.locals.cause, traceparent };
        return one.handle(request, response);
      },
    );
  router[route.method](route.path, measured, authenticate(route, verify), requireJson, jsonBody, answer);
}

const jsonBody = express.json({ limit: '100kb', strict: false, type: () => true });

/** A body must say that it is JSON; an absent one needs to say nothing. */
const requireJson: RequestHandler = (request, _response, next) => {
  const length = request.headers['content-length'];
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  if (hasBody && !request.is('application/json')) {
    throw wrongType('not-json', 'Send the body as application/json.');
  }
  next();
};

const authenticate =
  (route: Route, verify: Verify): RequestHandler =>
  async (request, response, next) => {
    const token = tokenOf(route.who, route.method, request.get('authorization'));
    if (token !== undefined) response.locals.user = await verify(token);
    admit(route, response.locals.user as User | undefined);
    next();
  };

function admit({ who }: Route, user: User | undefined): void {
  if (who === 'public' || who === 'webhook') return;
  if (user === undefined) throw unauthenticated('not-signed-in', 'Sign in and send the access token.');
  if (who !== 'any' && !who.some((role) => user.roles.includes(role))) {
    throw forbidden('wrong-role', `This is for: ${who.join(', ')}.`);
  }
}

/** Gives every request its trace, its id and a signal that follows the connection. */
const begin: RequestHandler = (request, response, next) => {
  const { traceparent, traceId } = traceOf(request.get('traceparent'));
  const gone = new AbortController();
  response.once('close', () => {
    // Served is not gone; and the exception each abort makes costs 7 µs.
    if (!response.writableFinished) gone.abort();
  });
  const cause: Cause = { correlationId: traceId, traceparent };
  Object.assign(response.locals, { requestId: traceId, cause, signal: gone.signal });
  response.setHeader('x-request-id', traceId);
  // Security headers are the gateway's, once a request: a dozen of them here it would read and drop.
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
};

const wrongMethod =
  (served: readonly Pick<Served, 'route'>[]): RequestHandler =>
  (_request, response) => {
    const allowed = [...new Set(served.map(({ route }) => route.method.toUpperCase()))].join(', ');
    response.set('Allow', allowed);
    const refusal = new DomainError('wrong-method', 'wrong-method', `Use ${allowed} here.`);
    sendProblem(response, refusal, response.locals.requestId);
  };
