/** How an error leaves the gateway: as a problem (RFC 9457), also where no request could be made of the bytes. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@rollcall/kit/errors';
import { answerWith, faultOf, type ProblemAnswer, problemOf } from '@rollcall/kit/problem';
import type { Response } from 'express';

/** A 'no' of HTTP itself, for which the kit's table of business errors has no kind. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The answer for an error; undefined for one that is nobody's 'no' but a fault, which is to be logged. */
export function answerOf(error: unknown, requestId: string): ProblemAnswer | undefined {
  if (error instanceof DomainError) return problemOf(error, requestId);
  if (error instanceof HttpError) {
    const { code, status, message: detail, headers } = error;
    const title = STATUS_CODES[status] ?? 'Error';
    return answerWith({ type: `/problems/${code}`, title, status, detail, instance: requestId }, headers);
  }
  // What Express and its file server throw for a path they cannot read.
  if (error instanceof Error && 'status' in error && (error.status === 400 || error.status === 404)) {
    return answerOf(new HttpError(error.status, 'broken-path', 'Check the path.'), requestId);
  }
  return undefined;
}

/** Answers with the error's problem. False when it was a fault, answered with 500 and no word of it. */
export function sendProblem(response: Response, error: unknown): boolean {
  const requestId = String(response.locals.requestId ?? '');
  const known = answerOf(error, requestId);
  const { status, headers, body } = known ?? faultOf(requestId);
  response.status(status).set(headers).end(body);
  return known !== undefined;
}

/** Milliseconds. */
const LINGER = 500;

/** Answers on the bare connection, where the bytes made no request, and closes it. */
export function writeProblem(socket: Duplex, error: HttpError, requestId: string): void {
  const { status, headers, body } = answerOf(error, requestId) ?? faultOf(requestId);
  const lines = Object.entries({
    ...headers,
    'x-request-id': requestId,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => {}); // who resets the connection meanwhile has left, and Node no longer listens for it
  // The peer needs a moment to read before the end of unread bytes resets the connection, and gets no more than that.
  setTimeout(() => socket.destroy(), LINGER).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
