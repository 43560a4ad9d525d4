import type { IncomingMessage, ServerResponse } from 'node:http';
import { ELSEWHERE, invalid } from '@rollcall/kit/errors';

/**
 * What a service gets of a caller's headers: named here or dropped. A list of what may pass needs no guess at which
 * internal header somebody will spoof next. False: may come once only, as two values mean two things to two parsers.
 */
const FORWARDED: ReadonlyMap<string, boolean> = new Map([
  ['accept', true],
  ['accept-language', true],
  ['authorization', false],
  ['content-encoding', false],
  ['content-type', false],
  ['host', false],
  ['idempotency-key', false],
  ['if-match', true],
  ['if-none-match', true],
  ['last-event-id', false],
  ['prefer', true],
  ['stripe-signature', false],
  ['tracestate', true],
  ['user-agent', false],
]);

/** Of one connection, not of the answer (RFC 9110, 7.6.1), told by the gateway itself, or to it alone. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'server',
  'x-powered-by',
  ELSEWHERE.header,
]);

export interface Caller {
  readonly address: string;
  readonly protocol: string;
  readonly requestId: string;
}

/** The headers of the request to a service, without the trace. Throws 400 where a single header came twice. */
export function requestHeaders({ rawHeaders }: IncomingMessage, caller: Caller): Record<string, string> {
  const headers: Record<string, string> = {
    'x-forwarded-for': caller.address,
    'x-forwarded-proto': caller.protocol,
    'x-request-id': caller.requestId,
  };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index]!.toLowerCase();
    const isList = FORWARDED.get(sent);
    if (isList === undefined) continue;
    const name = sent === 'host' ? 'x-forwarded-host' : sent;
    const value = rawHeaders[index + 1]!;
    const earlier = headers[name];
    if (earlier !== undefined && !isList) throw invalid('duplicate-header', `Send the header ${sent} once.`);
    headers[name] = earlier === undefined ? value : `${earlier}, ${value}`;
  }
  return headers;
}

/**
 * Copies a service's headers to the answer. What the gateway has said already (security, request id) stands, but for how
 * long it may be kept: a service knows that better.
 */
export function copyHeaders(from: Record<string, string | string[] | undefined>, to: ServerResponse): void {
  const named = String(from.connection ?? '').toLowerCase();
  for (const name in from) {
    const value = from[name];
    if (value === undefined || DROPPED.has(name) || name.startsWith('access-control-')) continue;
    if (named !== '' && named.split(/\s*,\s*/).includes(name)) continue;
    if (name === 'vary') to.appendHeader(name, value);
    else if (name === 'cache-control' || !to.hasHeader(name)) to.setHeader(name, value);
  }
}
