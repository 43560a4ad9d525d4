import type { ServerResponse } from 'node:http';
import type { Problem } from '@rollcall/contracts/problem';
import { isConflict, isOutage, isTooLong } from './database.js';
import { DomainError, ELSEWHERE, invalid, KINDS, tooLarge, unavailable, wrongType } from './errors.js';
import type { Logger } from './log.js';

/** A problem as it goes over HTTP. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const answerWith = (
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): ProblemAnswer => ({
  status: problem.status,
  headers: { 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
  body: JSON.stringify(problem),
});

/** The one way an error leaves: RFC 9457. No stack, no SQL, nothing of another user. */
export function problemOf(error: DomainError, instance: string): ProblemAnswer {
  const { status, title } = KINDS[error.kind];
  const { retryAfter, errors, members, isElsewhere } = error.more;
  const problem = { type: `/problems/${error.code}`, title, status, detail: error.detail, instance };
  return answerWith(
    { ...problem, ...(errors && { errors: [...errors] }), ...members },
    {
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
      ...(isElsewhere && { [ELSEWHERE.header]: ELSEWHERE.value }),
    },
  );
}

/** What is nobody's 'no' but a fault here, and no word of it. */
export const faultOf = (instance: string): ProblemAnswer =>
  answerWith({
    type: '/problems/internal-error',
    title: 'Something went wrong here',
    status: 500,
    detail: 'It is not your request. Try again; if it stays, report the instance to support.',
    instance,
  });

/** Returns the status. */
export const sendProblem = (response: ServerResponse, error: DomainError, instance: string): number =>
  send(response, problemOf(error, instance));

function send(response: ServerResponse, { status, headers, body }: ProblemAnswer): number {
  response.writeHead(status, headers).end(body);
  return status;
}

/**
 * Everything thrown ends here. What is no business 'no' is logged whole and answered with 500 and no words of it. Returns
 * the status.
 */
export function sendError(
  response: ServerResponse,
  error: unknown,
  { requestId, method, log }: { requestId: string; method: string | undefined; log: Logger },
): number {
  if (isTooLong(error)) log.warn({ err: error, requestId, method }, 'a statement took too long');
  const known = translate(error);
  if (known !== undefined) return sendProblem(response, known, requestId);
  log.error({ err: error, requestId, method }, 'request failed');
  return send(response, faultOf(requestId));
}

function translate(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isOutage(error))
    return unavailable(
      'database-unavailable',
      'The service lost its database. A change may have been made all the same: send it again with the same Idempotency-Key, or look first.',
    );
  if (isConflict(error) || isTooLong(error))
    return unavailable('busy', 'Others changed the same at once; nothing was done. Try again.', 1);
  return ofBodyParser(error);
}

/** Express and its body parser speak in `type` and `status`. */
function ofBodyParser(error: unknown): DomainError | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return tooLarge('body-too-large', 'Send less: the limit is 100 kB.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return wrongType('unsupported-encoding', 'Send plain UTF-8 JSON.');
  }
  if (type === 'entity.parse.failed') {
    return invalid('broken-json', 'The body is no JSON.', [{ path: '', message: 'must be JSON' }]);
  }
  if (error.status === 400 || error instanceof URIError) {
    return invalid(
      'broken-request',
      'The request cannot be read. Check its path, its length and its encoding.',
    );
  }
  return undefined;
}
