/** How an error leaves the gateway: as a problem (RFC 9457), also where no request could be made of the bytes. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '@rollcall/contracts/problem';
import { DomainError, KINDS } from '@rollcall/kit/errors';
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

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The answer for an error; undefined for one that is nobody's 'no' but a fault, which is to be logged. */
export function answerOf(error: unknown, requestId: string): Answer | undefined {
  if (error instanceof DomainError) {
    const { status, title } = KINDS[error.kind];
    const headers: Record<string, string> = {};
    if (error.more.retryAfter !== undefined) headers['Retry-After'] = String(error.more.retryAfter);
    if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
    const { errors, members } = error.more;
    const more = { ...(errors && { errors: [...errors] }), ...members };
    return answer({ code: error.code, title, status, detail: error.detail, requestId, more }, headers);
  }
  if (error instanceof HttpError) {
    const title = STATUS_CODES[error.status] ?? 'Error';
    const { code, status, message: detail } = error;
    return answer({ code, title, status, detail, requestId }, error.headers);
  }
  // What Express and its file server throw for a path they cannot read.
  if (error instanceof Error && 'status' in error && (error.status === 400 || error.status === 404)) {
    return answerOf(new HttpError(error.status, 'broken-path', 'Check the path.'), requestId);
  }
  return undefined;
}

const internal = (requestId: string): Answer =>
  answer({
    code: 'internal-error',
    title: 'Something went wrong here',
    status: 500,
    detail: 'It is not your request. Try again; if it stays, report the instance to support.',
    requestId,
  });

interface Words {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  /** Members besides these: `errors`, and what a problem's own page names. */
  readonly more?: Partial<Problem>;
}

function answer(words: Words, headers: Readonly<Record<string, string>> = {}): Answer {
  const { code, title, status, detail, requestId, more } = words;
  const problem: Problem = { type: `/problems/${code}`, title, status, detail, instance: requestId, ...more };
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
    body: JSON.stringify(problem),
  };
}

/** Answers with the error's problem. False when it was a fault, answered with 500 and no word of it. */
export function sendProblem(response: Response, error: unknown): boolean {
  const requestId = String(response.locals.requestId ?? '');
  const known = answerOf(error, requestId);
  const { status, headers, body } = known ?? internal(requestId);
  response.status(status).set(headers).end(body);
  return known !== undefined;
}

/** Milliseconds. */
const LINGER = 500;

/** Answers on the bare connection, where the bytes made no request, and closes it. */
export function writeProblem(socket: Duplex, error: HttpError, requestId: string): void {
  const { status, headers, body } = answerOf(error, requestId) ?? internal(requestId);
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
