/** What went wrong, in words for who reads, and whether waiting helps. */
import { NoAnswerError, ProblemError } from '@rollcall/contracts/client';

/** Somebody is away: it will be answered later, and is asked again by itself. */
export const willPass = (error: unknown): boolean =>
  error instanceof NoAnswerError ||
  (error instanceof ProblemError && error.status >= 502 && error.status <= 504);

export interface Trouble {
  /** A key below `trouble` of the common words. */
  readonly kind: 'away' | 'limited' | 'notFound' | 'forbidden' | 'signedOut' | 'refused' | 'broken';
  /** The API's own words, where it gave some. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ProblemError) {
    const detail = error.status >= 500 ? undefined : error.detail || undefined;
    return { kind: kindOf(error.status), detail, requestId: error.requestId };
  }
  return { kind: willPass(error) ? 'away' : 'broken', detail: undefined, requestId: undefined };
}

const KINDS: Readonly<Record<number, Trouble['kind']>> = {
  401: 'signedOut',
  403: 'forbidden',
  404: 'notFound',
  429: 'limited',
  502: 'away',
  503: 'away',
  504: 'away',
};

const kindOf = (status: number): Trouble['kind'] => KINDS[status] ?? (status < 500 ? 'refused' : 'broken');

/** The API's messages by field, as a form takes them: `sessions.0.price.amount`. */
export const fieldErrors = (error: unknown): Record<string, string> =>
  error instanceof ProblemError
    ? Object.fromEntries(error.errors.map(({ path, message }) => [path, message]))
    : {};

/** There is no such thing (yet): for some pages a state as good as another. */
export const isMissing = (error: unknown): boolean => error instanceof ProblemError && error.status === 404;
