/** A route as data: one object validates the request, draws the OpenAPI document, and tells the gateway where to go. */
import type { z } from 'zod';
import type { Role } from './shapes.js';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** Who may call: everybody, everybody signed in, some roles (ownership is the query's business), a signed webhook. */
export type Who = 'public' | 'any' | 'webhook' | readonly Role[];

export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
  Caller extends Who = Who,
> {
  readonly method: Method;
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string;
  readonly who: Caller;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  /** Optional bodies are `.optional()`; a route without one takes none. */
  readonly body?: Body;
  /** The status of the plain good answer. */
  readonly status: 200 | 201 | 202 | 204;
  readonly answer?: Answer;
  /** Media types of the files it answers with, where that is no JSON. */
  readonly files?: readonly string[];
  /** The answer goes on for minutes: it is resumed by Last-Event-ID, and takes no place of those that end. */
  readonly streams?: boolean;
  /** Other answers that carry `answer`'s shape: 202 while an outcome is awaited. */
  readonly alsoAnswers?: readonly number[];
  /** Problems worth naming in the document, beside the ones every route has. */
  readonly problems?: readonly number[];
  /** Of those, the ones that carry more than a problem usually does. */
  readonly problemShapes?: Readonly<Record<number, z.ZodType>>;
  /** Takes an Idempotency-Key: it moves money or creates something. */
  readonly idempotent?: boolean;
  /** Answers with an ETag; where it changes something that was there it honours If-Match. */
  readonly conditional?: boolean;
}

/** Names the types of a route's parts; changes nothing. */
export const route = <
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
  const W extends Who,
>(
  definition: Route<P, Q, B, A, W>,
): Route<P, Q, B, A, W> => definition;

export type ParamsOf<R> = R extends Route<infer P, z.ZodType, z.ZodType, z.ZodType> ? z.output<P> : never;
export type QueryOf<R> = R extends Route<z.ZodType, infer Q, z.ZodType, z.ZodType> ? z.output<Q> : never;
export type BodyOf<R> = R extends Route<z.ZodType, z.ZodType, infer B, z.ZodType> ? z.output<B> : never;
export type AnswerOf<R> = R extends Route<z.ZodType, z.ZodType, z.ZodType, infer A> ? z.output<A> : never;
