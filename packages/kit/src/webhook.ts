/**
 * The way of a webhook: its bytes in, an answer out. It goes past express and all that only browsers and signed-in callers
 * need, which was half of what a webhook cost this process.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '@rollcall/contracts/route';
import { invalid, tooLarge } from './errors.js';
import type { Reply } from './http.js';
import type { Logger } from './log.js';
import { requestSeconds } from './metrics.js';
import { sendError } from './problem.js';
import { inSpan, SpanKind, traceOf } from './tracing.js';
import type { Cause } from './work.js';

export interface Webhook {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly cause: Cause;
}

/** A webhook's route with what takes it in. */
export interface Hooked {
  readonly route: Route;
  readonly receive: (webhook: Webhook) => Promise<Reply<unknown>>;
}

/** A route that takes signed bytes: the body comes raw, up to 1 MB, whatever its content type says. */
export const webhook = (route: Route, receive: Hooked['receive']): Hooked => ({ route, receive });

/** Bytes of a body at most. */
const LIMIT = 1024 * 1024;

/** Answers a POST to one of the webhooks' paths, with a slash at its end or without; false: this request is none. */
export function webhookDoor(
  hooks: readonly Hooked[],
  { prefixes, log }: { prefixes: readonly string[]; log: Logger },
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const doors = new Map(
    hooks.flatMap((one) =>
      prefixes.flatMap((prefix) => ['', '/'].map((end) => [prefix + one.route.path + end, one] as const)),
    ),
  );
  return (request, response) => {
    const one = request.method === 'POST' ? doors.get(pathOf(request.url)) : undefined;
    if (one !== undefined) void answer(one, { request, response, log });
    return one !== undefined;
  };
}

function pathOf(url = ''): string {
  const search = url.indexOf('?');
  return search === -1 ? url : url.slice(0, search);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Logger;
}

async function answer({ route, receive }: Hooked, { request, response, log }: Exchange): Promise<void> {
  const began = performance.now();
  const { headers, method } = request;
  const { traceparent, traceId } = traceOf(headers.traceparent?.toString());
  response.setHeader('x-request-id', traceId);
  const status = await inSpan(
    `POST ${route.path}`,
    { kind: SpanKind.SERVER, parent: traceparent },
    async (parent) => {
      const cause = { correlationId: traceId, traceparent: parent };
      return send(response, await receive({ body: await readBytes(request), headers, cause }));
    },
  ).catch((error: unknown) => sendError(response, error, { requestId: traceId, method, log }));
  const labels = { route: route.path, method: 'POST', status: String(status) };
  requestSeconds.observe(labels, (performance.now() - began) / 1000);
}

function send(response: ServerResponse, { status, headers, body }: Reply<unknown>): number {
  if (body === undefined) response.writeHead(status, headers).end();
  else
    response
      .writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(body));
  return status;
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
      else reject(tooLarge('body-too-large', 'Send less: the limit of a webhook is 1 MB.'));
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('close', () => {
      if (!request.complete) reject(invalid('broken-request', 'The body broke off.'));
    });
  });
}
