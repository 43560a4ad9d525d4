import { invalid, notFound } from '@rollcall/kit/errors';
import type { Logger } from '@rollcall/kit/log';
import { histogram } from '@rollcall/kit/metrics';
import { traceOf } from '@rollcall/kit/tracing';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import { CallerGone } from './body.js';
import { cors } from './cors.js';
import { type PagesContext, pages } from './pages.js';
import { HttpError, sendProblem } from './problems.js';
import { type ProxyContext, proxy } from './proxy.js';
import { type Elsewhere, type WebApp, web } from './web.js';

export interface AppContext extends PagesContext, ProxyContext {
  readonly trustedProxies: number;
  readonly corsOrigins: readonly string[];
  readonly webApp: WebApp | undefined;
  /** What the web app's page may connect to beside us. */
  readonly elsewhere: Elsewhere;
}

/** Everything the gateway answers over HTTP. */
export function createApp(context: AppContext): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', context.trustedProxies);
  app.use(begin(context.isStopping), securityHeaders, cors(context.corsOrigins));
  app.use(proxy(context), pages(context));
  if (context.webApp !== undefined) app.use(web(context.webApp, context.elsewhere));
  app.use(aboutUs, unknownPath, onError(context.log));
  return app;
}

/** Of the root, for whoever asks for no page or where there is none. */
const aboutUs: RequestHandler = (request, response, next) => {
  if (request.path !== '/' || !['GET', 'HEAD'].includes(request.method)) return next();
  response.json({ name: 'Rollcall', docs: '/api/docs/', openapi: '/api/openapi.json', ready: '/readyz' });
};

const unknownPath: RequestHandler = () => {
  throw notFound('path');
};

/** Answers are data: nothing may run in them. The pages that are pages say their own policy. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  xFrameOptions: { action: 'deny' },
});

const seconds = histogram('http_request_duration_seconds', 'Requests by route pattern', [
  'route',
  'method',
  'status',
]);
/** Methods are the caller's to invent; labels are not. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']);

/** Gives the request its trace and id, and measures it to its end. */
const begin =
  (isStopping: () => boolean): RequestHandler =>
  (request, response, next) => {
    const { traceparent, traceId } = traceOf(request.headers.traceparent as string | undefined);
    Object.assign(response.locals, { requestId: traceId, traceparent, pattern: 'none' });
    response.setHeader('x-request-id', traceId);
    response.setHeader('Cache-Control', 'no-store');
    // After Expect a body may or may not follow, depending on our answer: only a new connection is sure to be in step.
    if (isStopping() || request.headers.expect !== undefined) response.shouldKeepAlive = false;
    const started = performance.now();
    response.once('close', () => {
      // Of a stream it would be how long somebody listened.
      if (response.locals.isStream) return;
      const labels = {
        route: response.locals.pattern,
        method: METHODS.has(request.method) ? request.method : 'other',
      };
      seconds.observe({ ...labels, status: statusOf(response) }, (performance.now() - started) / 1000);
    });
    next(flawOf(request));
  };

/** What no route could answer. */
function flawOf({ headers, httpVersion }: Request): Error | undefined {
  if (headers.host === undefined && httpVersion !== '1.0')
    return invalid('broken-request', 'Send a Host header.');
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    return new HttpError(417, 'unknown-expectation', 'Leave out the Expect header.');
  return undefined;
}

/** 499, as other proxies have it, for a caller who left before the end. */
const statusOf = (response: Response): string =>
  response.writableFinished ? String(response.statusCode) : '499';

const onError =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    if (error instanceof CallerGone || response.headersSent) return void response.destroy();
    const { requestId, pattern } = response.locals;
    if (sendProblem(response, error)) {
      // Without a pattern it is this process's own page: that it is not ready yet is what was asked.
      if (response.statusCode >= 500 && pattern !== 'none')
        log.warn({ err: error, requestId, pattern }, 'not available');
    } else {
      log.error({ err: error, requestId, method: request.method, pattern }, 'request failed');
    }
  };
