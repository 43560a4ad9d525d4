import type { ServerResponse } from 'node:http';
import type { Problem } from '@rollcall/contracts/problem';
import { isConflict, isOutage, isTooLong } from './database.js';
import { DomainError, ELSEWHERE, invalid, KINDS, tooLarge, unavailable, wrongType } from './errors.js';
import type { Logger } from './log.js';

/** The one way an error leaves: RFC 9457. No stack, no SQL, nothing of another user. Returns the status. */
export function sendProblem(response: ServerResponse, error: DomainError, instance: string): number {
  const { status, title } = KINDS[error.kind];
  const { retryAfter, errors, members, isElsewhere } = error.more;
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  if (isElsewhere) response.setHeader(ELSEWHERE.header, ELSEWHERE.value);
  const problem = { type: `/problems/${error.code}`, title, status, detail: error.detail, instance };
  return write(response, { ...problem, ...(errors && { errors: [...errors] }), ...members });
}

function write(response: ServerResponse, problem: Problem): number {
  response
    .writeHead(problem.status, { 'Content-Type': 'application/problem+json; charset=utf-8' })
    .end(JSON.stringify(problem));
  return problem.status;
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
  return write(response, {
    type: '/problems/internal-error',
    title: 'Something went wrong here',
    status: 500,
    detail: 'It is not your request. Try again; if it stays, report the instance to support.',
    instance: requestId,
  });
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
