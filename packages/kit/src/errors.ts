/** What may go wrong in business terms, and the one table of what that means to a caller and to a message. */

export type Kind =
  | 'invalid'
  | 'unauthenticated'
  | 'payment-required'
  | 'forbidden'
  | 'not-found'
  | 'wrong-method'
  | 'conflict'
  | 'precondition'
  | 'too-large'
  | 'wrong-type'
  | 'unprocessable'
  | 'limited'
  | 'unavailable';

/** HTTP status, its title, and whether a message that met this error is worth another try. */
export const KINDS: Readonly<Record<Kind, { status: number; title: string; retry: boolean }>> = {
  invalid: { status: 400, title: 'Invalid request', retry: false },
  unauthenticated: { status: 401, title: 'Not signed in', retry: false },
  'payment-required': { status: 402, title: 'Payment required', retry: false },
  forbidden: { status: 403, title: 'Not allowed', retry: false },
  'not-found': { status: 404, title: 'Not found', retry: true },
  'wrong-method': { status: 405, title: 'Method not allowed', retry: false },
  conflict: { status: 409, title: 'Conflict', retry: true },
  precondition: { status: 412, title: 'Changed meanwhile', retry: true },
  'too-large': { status: 413, title: 'Too large', retry: false },
  'wrong-type': { status: 415, title: 'Unsupported content type', retry: false },
  unprocessable: { status: 422, title: 'Cannot be done', retry: false },
  limited: { status: 429, title: 'Too many requests', retry: true },
  unavailable: { status: 503, title: 'Not available', retry: true },
};

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

interface More {
  readonly errors?: readonly FieldError[];
  /** Seconds. */
  readonly retryAfter?: number;
  /** Further members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Who is not available is somebody else: this service is well. */
  readonly isElsewhere?: boolean;
}

/** A business 'no'. `code` becomes `/problems/<code>`; `detail` tells the person what to do next. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: Kind;
  readonly code: string;
  readonly detail: string;
  readonly more: More;

  constructor(kind: Kind, code: string, detail: string, more: More = {}) {
    super(`${code}: ${detail}`);
    this.kind = kind;
    this.code = code;
    this.detail = detail;
    this.more = more;
  }
}

type Make = (code: string, detail: string, more?: More) => DomainError;
const kind =
  (of: Kind): Make =>
  (code, detail, more) =>
    new DomainError(of, code, detail, more);

export const unauthenticated = kind('unauthenticated');
export const paymentRequired = kind('payment-required');
export const forbidden = kind('forbidden');
export const conflict = kind('conflict');
export const precondition = kind('precondition');
export const tooLarge = kind('too-large');
export const wrongType = kind('wrong-type');

export const invalid = (code: string, detail: string, errors?: readonly FieldError[]): DomainError =>
  new DomainError('invalid', code, detail, { errors });

export const unprocessable = (code: string, detail: string, errors?: readonly FieldError[]): DomainError =>
  new DomainError('unprocessable', code, detail, { errors });

/** 404 for what is not there and for what is another user's: `notFound('course')`. */
export const notFound = (what: string): DomainError =>
  new DomainError('not-found', 'not-found', `There is no such ${what}, or it is not yours to see.`);

export const limited = (detail: string, retryAfter: number): DomainError =>
  new DomainError('limited', 'too-many-requests', detail, { retryAfter });

export const unavailable = (code: string, detail: string, retryAfter = 5): DomainError =>
  new DomainError('unavailable', code, detail, { retryAfter });

/**
 * The same where somebody else whom this takes is away, such as a provider. The gateway's breaker does not count it: what needs
 * nobody else goes on.
 */
export const awayElsewhere = (code: string, detail: string, retryAfter = 5): DomainError =>
  new DomainError('unavailable', code, detail, { retryAfter, isElsewhere: true });

/** What an answer of 5xx says of it, from a service to the gateway alone. */
export const ELSEWHERE = { header: 'x-unavailable', value: 'elsewhere' } as const;

/** Is this an error another try may cure? Whatever is not a business 'no' is. */
export const isWorthRetry = (error: unknown): boolean =>
  error instanceof DomainError ? KINDS[error.kind].retry : true;
