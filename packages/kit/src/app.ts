/** The app that answers served routes: who calls is checked first, then the role, then the shape; errors are problems. */
import type { Route } from '@rollcall/contracts/route';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { tokenOf, type User, type Verify } from './auth.js';
import { DomainError, forbidden, unauthenticated, wrongType } from './errors.js';
import type { Served } from './http.js';
import type { Logger } from './log.js';
import { histogram } from './metrics.js';
import { onError, sendProblem, unknownPath } from './problem.js';
import { inSpan, SpanKind, traceOf } from './tracing.js';
import type { Cause } from './work.js';

export interface AppOptions {
  readonly served: readonly Served[];
  readonly verify: Verify;
  readonly log: Logger;
  /** Routers of the process itself: health and metrics. */
  readonly extra?: Router;
}

/** The service's app, as supertest opens it and as production listens with it. */
export function createApp({ served, verify, log, extra }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(helmet());
  app.use(begin);
  if (extra) app.use(extra);
  const router = express.Router({ caseSensitive: true });
  for (const one of bySpecificity(served)) mount(router, one, verify);
  for (const path of new Set(served.map(({ route }) => route.path))) {
    router.all(path, wrongMethod(served.filter(({ route }) => route.path === path)));
  }
  // One at a time: in a list, '/' would match nothing but itself.
  for (const prefix of ['/api/v1', '/api', '/']) app.use(prefix, router);
  app.use(unknownPath);
  app.use(onError(log));
  return app;
}

/** `/enrollments/me` before `/enrollments/:id`: the first segment that differs decides, a literal one first. */
function bySpecificity(served: readonly Served[]): Served[] {
  const key = ({ route }: Served) =>
    route.path
      .split('/')
      .map((segment) => (segment.startsWith(':') ? '~' : segment))
      .join('/');
  return [...served].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const seconds = histogram('http_request_duration_seconds', 'Requests by route pattern', [
  'route',
  'method',
  'status',
]);

function mount(router: Router, one: Served, verify: Verify): void {
  const { route } = one;
  const measured: RequestHandler = (request, response, next) => {
    const stop = seconds.startTimer({ route: route.path, method: request.method });
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
  const parsers = route.who === 'webhook' ? [rawBody] : [authenticate(route, verify), requireJson, jsonBody];
  router[route.method](route.path, measured, ...parsers, answer);
}

const rawBody = express.raw({ type: () => true, limit: '1mb' });
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
    // Answered is not gone; and the exception each abort makes costs 7 µs, of some 300 for a webhook.
    if (!response.writableFinished) gone.abort();
  });
  const cause: Cause = { correlationId: traceId, traceparent };
  Object.assign(response.locals, { requestId: traceId, cause, signal: gone.signal });
  response.set('x-request-id', traceId);
  next();
};

const wrongMethod =
  (served: readonly Served[]): RequestHandler =>
  (_request, response) => {
    const allowed = [...new Set(served.map(({ route }) => route.method.toUpperCase()))].join(', ');
    response.set('Allow', allowed);
    sendProblem(response, new DomainError('wrong-method', 'wrong-method', `Use ${allowed} here.`));
  };
