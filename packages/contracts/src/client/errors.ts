/** How a call fails: refused with a problem, not answered, or answered with what it should not be. */
import type { z } from 'zod';
import { Problem } from '../problem.js';

/** The API said no. What is no problem document (a proxy's page) is `about:blank` with its first words as detail. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** A stable reference such as `/problems/insufficient-credit`. */
  readonly type: string;
  /** For the person in front of it: what is wrong and what to do next. */
  readonly detail: string;
  /** The fields that are wrong. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  /** The whole document, with what only this problem carries. */
  readonly body: unknown;

  constructor(response: Response, text: string) {
    const body = jsonIn(text);
    const known = Problem.partial().safeParse(body).data ?? {};
    const detail = known.detail ?? text.slice(0, 200);
    super(`${response.status} ${detail}`);
    this.status = response.status;
    this.type = known.type ?? 'about:blank';
    this.detail = detail;
    this.errors = known.errors ?? [];
    this.retryAfter = secondsOf(response.headers.get('retry-after'));
    this.requestId = response.headers.get('x-request-id') ?? undefined;
    this.body = body;
  }

  /** The document as one of the route's `problemShapes`, such as a declined purchase; undefined when it is another. */
  as<Schema extends z.ZodType>(schema: Schema): z.output<Schema> | undefined {
    return schema.safeParse(this.body).data;
  }
}

/** Nobody answered in time, or the connection broke: what was asked may have been done or not. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly url: string;
  readonly timedOut: boolean;

  constructor(url: string, cause: unknown) {
    const timedOut = (cause as { name?: unknown } | undefined)?.name === 'TimeoutError';
    super(`${url} ${timedOut ? 'did not answer in time' : 'cannot be reached'}`, { cause });
    this.url = url;
    this.timedOut = timedOut;
  }
}

/** An answer that is not what its route says: another version on one of the two sides, or a proxy in between. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(url: string, status: number, words: string) {
    super(`${url} answered ${status} with something else than it should: ${words}`);
    this.status = status;
  }
}

/** undefined for what is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Retry-After is a number of seconds or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
