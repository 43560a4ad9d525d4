import type { Problem } from '@rollcall/contracts/problem';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { isConflict, isOutage } from './database.js';
import { DomainError, invalid, KINDS, notFound, tooLarge, unavailable, wrongType } from './errors.js';
import type { Logger } from './log.js';

/** The one way an error leaves: RFC 9457. No stack, no SQL, nothing of another user. */
export function sendProblem(response: Response, error: DomainError): void {
  const { status, title } = KINDS[error.kind];
  const problem: Problem & Record<string, unknown> = {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.detail,
    instance: String(response.locals.requestId ?? ''),
    ...(error.more.errors && { errors: [...error.more.errors] }),
    ...error.more.members,
  };
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (error.more.retryAfter !== undefined) response.set('Retry-After', String(error.more.retryAfter));
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

export const unknownPath: RequestHandler = (_request, response) => {
  sendProblem(response, notFound('path'));
};

/** Everything thrown ends here. What is no business 'no' is logged whole and answered with 500 and no words of it. */
export const onError =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const known = translate(error);
    if (known !== undefined) return sendProblem(response, known);
    log.error({ err: error, requestId: response.locals.requestId, method: request.method }, 'request failed');
    return sendInternal(response);
  };

function sendInternal(response: Response): void {
  const problem: Problem = {
    type: '/problems/internal-error',
    title: 'Something went wrong here',
    status: 500,
    detail: 'It is not your request. Try again; if it stays, report the instance to support.',
    instance: String(response.locals.requestId ?? ''),
  };
  response.status(500).type('application/problem+json').send(JSON.stringify(problem));
}

function translate(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isOutage(error))
    return unavailable('database-unavailable', 'The service cannot reach its database. Try again.');
  if (isConflict(error))
    return unavailable('busy', 'Others changed the same at once; nothing was done. Try again.', 1);
  return ofBodyParser(error);
}

/** Express and its body parser speak in `type` and `status`. */
function ofBodyParser(error: unknown): DomainError | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large')
    return tooLarge('body-too-large', 'Send less: the limit is 100 kB (webhooks 1 MB).');
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
