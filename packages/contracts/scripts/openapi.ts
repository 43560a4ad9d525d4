/** The OpenAPI 3.1 document, drawn from the same objects that validate requests. */
import { z } from 'zod';
import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiRequestBodyObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { routesOf, services } from '../src/api/index.js';
import { Problem } from '../src/problem.js';
import type { Route } from '../src/route.js';

type Drawn = Parameters<NonNullable<CreateDocumentOptions['override']>>[0];

const WORDS: Readonly<Record<number, string>> = {
  200: 'As asked',
  201: 'Made',
  202: 'Taken; the outcome is not in yet and will be where Location points, if it says so',
  204: 'Done; no content',
  400: 'The request has the wrong shape: `errors` names each field',
  401: 'No token, or not a valid one',
  402: 'Declined: not enough credit',
  403: 'Not for your role',
  404: 'No such thing, or not yours',
  409: 'Its present state forbids it',
  412: 'It was changed by somebody else in between',
  413: 'The body is too large',
  415: 'The body is of a type that is not read here',
  422: 'Understood, and it makes no sense',
  429: 'Too many requests: Retry-After says when to come again',
  503: 'Not available at the moment: Retry-After says when to come again',
};

const TAGS: Readonly<Record<string, string>> = {
  identity: 'Accounts and signing in',
  enrollment: 'Courses, and buying them',
  attendance: 'Who was in class',
  billing: 'Payments by card, their refunds, and the cards that are kept',
  settlement: 'Where the held money goes, and why',
  wallet: 'Balances and their movements',
  notification: 'What happens, as it happens',
  gateway: 'The system, to its operators',
};

const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]+$/)
  .optional()
  .meta({ description: 'The same key with the same body gives the same resource; kept for 24 hours' });
const prefer = z
  .string()
  .optional()
  .meta({ description: '`respond-async` answers 202 at once', example: 'respond-async' });
const ifMatch = z
  .string()
  .optional()
  .meta({ description: 'The ETag you decided by: 412 when somebody was quicker', example: '"1"' });
const lastEventId = z
  .string()
  .optional()
  .meta({ description: 'The id of the last event that came: what came after it is sent first' });
const eTag = z.string().meta({ description: 'Names the state you see; send it back in If-Match' });

export const openapi = () =>
  createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Rollcall',
        version: '1.0.0',
        description: 'The money engine of online tutoring: buy, attend, see it settled.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/api/v1' }],
      tags: services.map((name) => ({ name, description: TAGS[name] })),
      paths: paths(),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          livekit: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: "LiveKit's own token over the body's SHA-256, without the word Bearer",
          },
        },
      },
    },
    { override },
  );

/** An answer may gain fields, so a client must not be told that there will never be others; a format says enough. */
function override({ jsonSchema, zodSchema, io }: Drawn): void {
  const { def } = zodSchema._zod;
  if (io === 'output' && def.type === 'object' && def.catchall === undefined)
    delete jsonSchema.additionalProperties;
  if (jsonSchema.format) delete jsonSchema.pattern;
}

function paths(): ZodOpenApiPathsObject {
  const all: ZodOpenApiPathsObject = {};
  for (const service of services)
    for (const route of routesOf(service)) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      all[path] = { ...all[path], [route.method]: operation(service, route) };
    }
  return all;
}

function operation(service: string, route: Route): ZodOpenApiOperationObject {
  const body = requestBody(route);
  const header = z.object({
    ...(route.idempotent ? { 'Idempotency-Key': idempotencyKey } : {}),
    ...(route.alsoAnswers?.includes(202) ? { Prefer: prefer } : {}),
    ...(isGuarded(route) ? { 'If-Match': ifMatch } : {}),
    ...(route.streams ? { 'Last-Event-ID': lastEventId } : {}),
  });
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(typeof route.who === 'string' ? {} : { description: `For: ${route.who.join(', ')}.` }),
    tags: [service],
    security: securityOf(route),
    requestParams: {
      ...(route.params ? { path: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(Object.keys(header.shape).length > 0 ? { header } : {}),
    },
    ...(body ? { requestBody: body } : {}),
    responses: responses(route),
  };
}

/** May be refused with 412 because somebody else was quicker. What is only made has no earlier state, unless it says so. */
const isGuarded = ({ conditional, method, status, problems = [] }: Route): boolean =>
  conditional === true && method !== 'get' && (status !== 201 || problems.includes(412));

/** Stable and unique: the method and the path's words, `post-courses-courseId-publish`. */
const operationId = ({ method, path }: Route): string =>
  [method, ...path.split('/').filter(Boolean)].join('-').replaceAll(':', '');

function securityOf({ who }: Route): { [scheme: string]: string[] }[] {
  if (who === 'public') return [];
  return [{ [who === 'webhook' ? 'livekit' : 'bearer']: [] }];
}

function requestBody({ who, body }: Route): ZodOpenApiRequestBodyObject | undefined {
  if (who === 'webhook')
    return {
      required: true,
      content: { 'application/webhook+json': { schema: z.record(z.string(), z.unknown()) } },
    };
  if (!body) return undefined;
  const optional = body instanceof z.ZodOptional;
  const schema = optional ? (body.unwrap() as z.ZodType) : body;
  return { required: !optional, content: { 'application/json': { schema } } };
}

function responses(route: Route): ZodOpenApiResponsesObject {
  const good = [route.status, ...(route.alsoAnswers ?? [])];
  const bad = problemsOf(route).filter((status) => !good.includes(status as 200));
  const all = [
    ...good.map((status) => [status, answer(route, status)] as const),
    ...bad.map((status) => [status, problem(status, route.problemShapes?.[status])] as const),
  ];
  return Object.fromEntries(all.map(([status, response]) => [`${status}`, response]));
}

const answer = (route: Route, status: number) => ({
  description: WORDS[status]!,
  ...(route.conditional ? { headers: z.object({ ETag: eTag }) } : {}),
  ...(route.answer && status !== 204 ? { content: contentOf(route, route.answer) } : {}),
  ...(route.files ? { content: filesOf(route.files) } : {}),
});

/** A list that takes `?format=` is had as CSV too. */
const contentOf = ({ query }: Route, schema: z.ZodType) => ({
  'application/json': { schema },
  ...(query instanceof z.ZodObject && 'format' in query.shape ? { 'text/csv': { schema: z.string() } } : {}),
});

const filesOf = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: z.string() }]));

const problem = (status: number, schema: z.ZodType = Problem) => ({
  description: WORDS[status]!,
  content: { 'application/problem+json': { schema } },
});

/** What the kit and the gateway can answer on any route of its kind, and what the route itself names. */
function problemsOf(route: Route): number[] {
  const { who, params, query, body, problems = [] } = route;
  const signed = who === 'public' || who === 'webhook' ? [] : [401];
  const roles = typeof who === 'string' ? [] : [403];
  const shape = params || query || body ? [400] : [];
  const found = params ? [404] : [];
  const carried = body ? [413, 415] : [];
  const limited = who === 'webhook' ? [] : [429];
  const lost = isGuarded(route) ? [412] : [];
  const all = [...shape, ...signed, ...roles, ...found, ...lost, ...carried, ...limited, ...problems, 503];
  return [...new Set(all)].sort((a, b) => a - b);
}
