/** How a service answers over HTTP: routes from contracts, checked in the order token, role, shape; errors as problems. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerOf, BodyOf, ParamsOf, QueryOf, Route } from '@rollcall/contracts/route';
import express, {
  type Express,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import helmet from 'helmet';
import type { z } from 'zod';
import { tokenOf, type User, type Verify } from './auth.js';
import type { Database } from './database.js';
import { DomainError, type FieldError, forbidden, invalid, unauthenticated, wrongType } from './errors.js';
import { hashRequest, once, readKey } from './idempotency.js';
import type { Logger } from './log.js';
import { histogram } from './metrics.js';
import { onError, sendProblem, unknownPath } from './problem.js';
import { inSpan, SpanKind, traceOf } from './tracing.js';
import { type Cause, inWork, type Work } from './work.js';

type UserOf<R> =
  R extends Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType, infer Who>
    ? Who extends 'public' | 'webhook'
      ? User | undefined
      : User
    : never;

/** A request that passed the wall. */
export interface InputOf<R> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly user: UserOf<R>;
  readonly requestId: string;
  /** The Prefer header, such as `respond-async`. */
  readonly prefer: string | undefined;
  /** The address the request came from, as the gateway reports it. */
  readonly address: string;
  readonly cause: Cause;
  /** Aborts when the caller has gone: stop waiting for an outcome. */
  readonly signal: AbortSignal;
}

/** An answer with another status or headers than the route's plain one. */
export interface Reply<Body> {
  readonly reply: true;
  readonly status: number;
  readonly body: Body | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export const reply = <Body>(
  status: number,
  body?: Body,
  headers: Readonly<Record<string, string>> = {},
): Reply<Body> => ({ reply: true, status, body, headers });

/** A route with what answers it. */
export interface Served {
  readonly route: Route;
  readonly handle: (request: Request, response: Response) => Promise<void>;
}

type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;
type Answer<R> = AnswerOf<R> | Reply<AnswerOf<R>>;

/** A route that reads: no transaction, no effect. */
export function query<R extends AnyRoute>(
  db: Database,
  route: R,
  read: (db: Database, input: InputOf<R>) => Promise<Answer<R>>,
): Served {
  return {
    route,
    handle: async (request, response) =>
      send(response, route, await read(db, inputOf(route, request, response))),
  };
}

/**
 * A route that changes something: `act` runs in one transaction, with the idempotency key where the caller sent one,
 * and returns a small ref; `answer` then reads what the ref names, as it is now. A replay runs `answer` alone.
 */
export function command<R extends AnyRoute, Ref>(
  db: Database,
  route: R,
  act: (work: Work, input: InputOf<R>) => Promise<Ref>,
  answer: (db: Database, ref: Ref, input: InputOf<R>) => Promise<Answer<R>>,
): Served {
  return {
    route,
    handle: async (request, response) => {
      const input = inputOf(route, request, response);
      const key = route.idempotent ? readKey(request.get('idempotency-key')) : undefined;
      const userId = input.user?.id;
      const done = await inWork(db, input.cause, async (work) => {
        if (key === undefined || userId === undefined)
          return { ref: await act(work, input), replayed: false };
        const requestHash = hashRequest(`${route.method} ${route.path}`, input);
        return once(work, { userId, key, requestHash }, () => act(work, input));
      });
      if (done.replayed) response.set('Idempotency-Replayed', 'true');
      send(response, route, await answer(db, done.ref, input));
    },
  };
}

/** A route that takes signed bytes: the body comes raw, up to 1 MB, whatever its content type says. */
export function webhook(
  route: Route,
  receive: (request: { body: Buffer; headers: IncomingHttpHeaders; cause: Cause }) => Promise<Reply<unknown>>,
): Served {
  return {
    route,
    handle: async (request, response) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      send(
        response,
        route,
        await receive({ body, headers: request.headers, cause: response.locals.cause as Cause }),
      );
    },
  };
}

function inputOf<R extends AnyRoute>(route: R, request: Request, response: Response): InputOf<R> {
  const errors: FieldError[] = [];
  const part = (schema: z.ZodType | undefined, value: unknown, at: string): unknown => {
    if (schema === undefined) return undefined;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    errors.push(...result.error.issues.flatMap((issue) => fieldErrors(issue, at)));
    return undefined;
  };
  if (route.body === undefined && !isEmpty(request.body)) {
    errors.push({ path: '', message: 'this request takes no body' });
  }
  const params = part(route.params, request.params, 'path');
  const search = part(route.query, request.query, 'query');
  const body = part(route.body, request.body, '');
  if (errors.length > 0) {
    throw invalid('invalid-request', 'Mend what `errors` names and send it again.', errors.slice(0, 50));
  }
  const { user, requestId, cause, signal } = response.locals;
  const prefer = request.get('prefer');
  const address = request.ip ?? '';
  return {
    params,
    query: search,
    body,
    user,
    requestId,
    prefer,
    address,
    cause,
    signal,
  } as unknown as InputOf<R>;
}

const isEmpty = (body: unknown): boolean =>
  body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);

function fieldErrors(issue: z.core.$ZodIssue, at: string): FieldError[] {
  const path = [at, ...issue.path.map(String)].filter((step) => step !== '').join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [path, key.slice(0, 100)].filter((step) => step !== '').join('.'),
    message: 'is not known here',
  }));
}

function send<R extends AnyRoute>(response: Response, route: R, answer: Answer<R>): void {
  const { status, body, headers } = isReply(answer) ? answer : reply(route.status, answer);
  response.status(status).set(headers);
  if (body === undefined) response.end();
  else response.json(body);
}

const isReply = (answer: unknown): answer is Reply<unknown> =>
  typeof answer === 'object' && answer !== null && 'reply' in answer && answer.reply === true;

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
  app.disable('x-powered-by').disable('etag').set('trust proxy', 'loopback');
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
