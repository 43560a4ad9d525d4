/** What a call takes and gives, by the schemas of its route. */
import type { z } from 'zod';
import type { AnswerOf, Route } from '../route.js';

export type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

type Schemas<R> =
  R extends Route<infer P, infer Q, infer B, z.ZodType>
    ? { params: z.input<P>; query: Sent<z.input<Q>, z.output<Q>>; body: z.input<B> }
    : never;

/** A coerced field takes anything; who calls gives what comes out of it. */
type Sent<Input, Output> = unknown extends Input
  ? unknown
  : {
      [Name in keyof Input]: unknown extends Input[Name]
        ? Name extends keyof Output
          ? Output[Name]
          : never
        : Input[Name];
    };

/** A part of a request: absent where the route has no schema for it, optional where it may be empty. */
type Part<Name extends string, Given> = unknown extends Given
  ? { readonly [N in Name]?: undefined }
  : undefined extends Given
    ? { readonly [N in Name]?: Given }
    : Partial<Given> extends Given
      ? { readonly [N in Name]?: Given }
      : { readonly [N in Name]: Given };

interface Head {
  /** The same key asks for the same thing: a call that may have arrived can be made again with it. */
  readonly idempotencyKey?: string;
  /** An ETag that was answered: 412 when the resource is another by now. */
  readonly ifMatch?: string;
  readonly prefer?: 'respond-async';
  readonly signal?: AbortSignal;
}

export type CallInput<R> = Part<'params', Schemas<R>['params']> &
  Part<'query', Schemas<R>['query']> &
  Part<'body', Schemas<R>['body']> &
  Head;

/** The last arguments of a call: none are needed where the route needs none. */
export type Given<R> =
  Partial<CallInput<R>> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>];

export interface Reply<R> {
  readonly status: number;
  readonly body: unknown extends AnswerOf<R> ? undefined : AnswerOf<R>;
  /** Where the resource is, of a purchase that is not decided yet. */
  readonly location: string | undefined;
  /** For `ifMatch`. */
  readonly etag: string | undefined;
  /** An earlier call with this idempotency key had done it. */
  readonly replayed: boolean;
  /** Names the request in logs and traces. */
  readonly requestId: string | undefined;
  readonly headers: Headers;
}

/** What one item of a list is; never for a route that answers no list. */
export type ItemOf<R> =
  AnswerOf<R> extends { data: (infer Item)[]; nextCursor: string | null } ? Item : never;
