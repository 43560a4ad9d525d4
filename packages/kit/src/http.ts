/** A route with what answers it: queries and commands, their input checked by the route's schemas. */
import type { AnswerOf, BodyOf, ParamsOf, QueryOf, Route } from '@rollcall/contracts/route';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { type Attachment, isAttachment, sendAttachment } from './attachment.js';
import type { User } from './auth.js';
import { type Csv, isCsv, sendCsv } from './csv.js';
import type { Database } from './database.js';
import { type FieldError, invalid } from './errors.js';
import { fieldWords } from './field-words.js';
import { hashRequest, once, readKey } from './idempotency.js';
import { type Cause, inWork, type Work } from './work.js';

type UserOf<R> =
  R extends Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType, infer Who>
    ? Who extends 'public' | 'webhook'
      ? User | undefined
      : User
    : never;

/** A request that passed the wall. */
export interface InputOf<R> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly user: UserOf<R>;
  readonly requestId: string;
  /** The Prefer header, such as `respond-async`. */
  readonly prefer: string | undefined;
  /** The If-Match header, for `checkMatch`. */
  readonly ifMatch: string | undefined;
  /** By `?format=`, or else by the Accept header. */
  readonly wantsCsv: boolean;
  readonly cause: Cause;
  /** Aborts when the caller has gone: stop waiting for an outcome. */
  readonly signal: AbortSignal;
}

/** An answer with another status or headers than the route's plain one. */
export interface Reply<Body> {
  readonly reply: true;
  readonly status: number;
  readonly body: Body | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export const reply = <Body>(
  status: number,
  body?: Body,
  headers: Readonly<Record<string, string>> = {},
): Reply<Body> => ({ reply: true, status, body, headers });

/** A route with what answers it. */
export interface Served {
  readonly route: Route;
  readonly handle: (request: Request, response: Response) => Promise<void>;
}

type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;
type Answer<R> = AnswerOf<R> | Reply<AnswerOf<R>> | Csv | Attachment;

/** A route that reads: no transaction, no effect. */
export function query<R extends AnyRoute>(
  db: Database,
  route: R,
  read: (db: Database, input: InputOf<R>) => Promise<Answer<R>>,
): Served {
  return {
    route,
    handle: async (request, response) =>
      await send(response, route, await read(db, inputOf(route, request, response))),
  };
}

/**
 * A route that changes something: `act` runs in one transaction, with the idempotency key where the caller sent one,
 * and returns a small ref; `answer` then reads what the ref names, as it is now. A replay runs `answer` alone.
 */
export function command<R extends AnyRoute, Ref>(
  db: Database,
  route: R,
  act: (work: Work, input: InputOf<R>) => Promise<Ref>,
  answer: (db: Database, ref: Ref, input: InputOf<R>) => Promise<Answer<R>>,
): Served {
  return {
    route,
    handle: async (request, response) => {
      const input = inputOf(route, request, response);
      const key = route.idempotent ? readKey(request.get('idempotency-key')) : undefined;
      const userId = input.user?.id;
      const done = await inWork(db, input.cause, async (work) => {
        if (key === undefined || userId === undefined)
          return { ref: await act(work, input), replayed: false };
        const requestHash = hashRequest(`${route.method} ${route.path}`, input);
        return once(work, { userId, key, requestHash }, () => act(work, input));
      });
      if (done.replayed) response.set('Idempotency-Replayed', 'true');
      await send(response, route, await answer(db, done.ref, input));
    },
  };
}

function inputOf<R extends AnyRoute>(route: R, request: Request, response: Response): InputOf<R> {
  const errors: FieldError[] = [];
  const part = (schema: z.ZodType | undefined, value: unknown, at: string): unknown => {
    if (schema === undefined) return undefined;
    const result = schema.safeParse(value, { error: fieldWords });
    if (result.success) return result.data;
    errors.push(...result.error.issues.flatMap((issue) => fieldErrors(issue, at)));
    return undefined;
  };
  if (route.body === undefined && !isEmpty(request.body)) {
    errors.push({ path: '', message: 'this request takes no body' });
  }
  const params = part(route.params, request.params, 'path');
  const search = part(route.query, request.query, 'query');
  const body = part(route.body, request.body, '');
  if (errors.length > 0) {
    throw invalid('invalid-request', 'Mend what `errors` names and send it again.', errors.slice(0, 50));
  }
  const { user, requestId, cause, signal } = response.locals;
  const [prefer, ifMatch] = [request.get('prefer'), request.get('if-match')];
  const head = { user, requestId, prefer, ifMatch, wantsCsv: wantsCsv(request), cause, signal };
  return { params, query: search, body, ...head } as unknown as InputOf<R>;
}

const wantsCsv = (request: Request): boolean =>
  request.query.format === undefined
    ? request.accepts(['application/json', 'text/csv']) === 'text/csv'
    : request.query.format === 'csv';

const isEmpty = (body: unknown): boolean =>
  body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);

function fieldErrors(issue: z.core.$ZodIssue, at: string): FieldError[] {
  const path = [at, ...issue.path.map(String)].filter((step) => step !== '').join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [path, key.slice(0, 100)].filter((step) => step !== '').join('.'),
    message: 'is not known here',
  }));
}

async function send<R extends AnyRoute>(response: Response, route: R, answer: Answer<R>): Promise<void> {
  if (isCsv(answer)) return sendCsv(response, answer);
  if (isAttachment(answer)) return sendAttachment(response, answer);
  const { status, body, headers } = isReply(answer) ? answer : reply(route.status, answer);
  response.status(status).set(headers);
  if (body === undefined) response.end();
  else response.json(body);
}

const isReply = (answer: unknown): answer is Reply<unknown> =>
  typeof answer === 'object' && answer !== null && 'reply' in answer && answer.reply === true;
