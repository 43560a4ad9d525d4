/** What an event is, on every side of the wire: CloudEvents 1.0, structured JSON. Source: events.md. */
import { z } from 'zod';

export interface EventType<Data = unknown> {
  /** `<service>.<what-happened>.v<N>`; also the routing key. */
  readonly type: string;
  /** The service that emits it. */
  readonly source: string;
  /** The field of `data` that names the aggregate. */
  readonly subject: string;
  /** One sentence for the reader of docs/events.md. */
  readonly says: string;
  readonly schema: z.ZodType<Data>;
}

export type DataOf<Type> = Type extends EventType<infer Data> ? Data : never;

/** An event type: `event('wallet.funds-held', 1, 'purchaseId', 'what it says', schema)`. */
export function event<Data extends object>(
  name: `${string}.${string}`,
  version: number,
  subject: keyof Data & string,
  says: string,
  schema: z.ZodType<Data>,
): EventType<Data> {
  return { type: `${name}.v${version}`, source: name.slice(0, name.indexOf('.')), subject, says, schema };
}

export const CONTENT_TYPE = 'application/cloudevents+json';
export const BATCH_CONTENT_TYPE = 'application/cloudevents-batch+json';

export interface Envelope<Data = unknown> {
  specversion: '1.0';
  /** UUIDv7; the claim in every hearer's inbox. */
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /** What started it all: the id of the first request or scheduled task. */
  correlationid: string;
  /** The event that caused this one, when an event did. */
  causationid?: string;
  /** The trace that started it. */
  traceparent?: string;
  /** Grows with each change of the aggregate; a projection ignores an older one. */
  aggregateversion?: number;
  data: Data;
}

/** Consumers read tolerantly: unknown attributes are dropped, unknown fields of `data` ignored by each type's schema. */
const shape = z.object({
  specversion: z.literal('1.0'),
  /** Lower case, whatever case it came in: the claim is made by PostgreSQL, which writes it so. */
  id: z.uuid().toLowerCase(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  correlationid: z.string(),
  causationid: z.string().optional(),
  traceparent: z.string().optional(),
  aggregateversion: z.int().optional(),
  data: z.unknown(),
});
export const EnvelopeSchema = shape as unknown as z.ZodType<Envelope>;

/** The whole message of one type, for the published schemas and for a producer's check of itself. */
export const messageSchema = ({ type, source, schema }: EventType) =>
  shape.extend({ type: z.literal(type), source: z.literal(`/rollcall/${source}`), data: schema });
