/**
 * What a message brings: events checked by their types' schemas, and such as do not fit theirs; or something nobody can read,
 * which is parked whole.
 */
import type { Envelope, EventType } from '@rollcall/contracts/event';
import type { ConsumeMessage } from 'amqplib';
import type { Consumer } from './consumer.js';
import type { Database } from './database.js';
import { countParked } from './handled.js';
import type { Logger } from './log.js';
import { readMessage } from './message.js';

export type Types = ReadonlyMap<string, EventType>;

export const typesOf = (consumers: readonly Consumer[]): Types =>
  new Map(consumers.flatMap((consumer) => consumer.types.map((type) => [type.type, type])));

/** An event whose data its type does not allow here: another release may. Its neighbours are not to wait for that. */
export interface Unfit {
  readonly event: Envelope;
  readonly error: unknown;
}

export type Arrival =
  | { readonly events: readonly Envelope[]; readonly unfit: readonly Unfit[]; readonly failure?: undefined }
  | { readonly failure: string };

/** Unknown fields are ignored, unknown types are nobody's. */
export function parse(message: ConsumeMessage, types: Types): Arrival {
  const events: Envelope[] = [];
  const unfit: Unfit[] = [];
  try {
    for (const event of readMessage(message.content, message.properties.contentType)) {
      try {
        events.push(checked(event, types));
      } catch (error) {
        if (!types.has(event.type)) throw error;
        unfit.push({ event, error });
      }
    }
    return { events, unfit };
  } catch (error) {
    return { failure: wordsOf(error) };
  }
}

export function checked(envelope: Envelope, types: Types): Envelope {
  const type = types.get(envelope.type);
  if (type === undefined) throw new TypeError(`nobody here handles ${envelope.type}`);
  envelope.data = type.schema.parse(envelope.data);
  return envelope;
}

export async function park(
  { db, log }: { db: Database; log: Logger },
  message: ConsumeMessage,
  reason: string,
): Promise<void> {
  const routingKey = storable(message.fields.routingKey);
  // Its kind alone: the rest of the reason may quote the message, and stands beside it in the table.
  log.error({ routingKey, reason: reason.split(':')[0] }, 'a message nobody can read was parked');
  await db('parked').insert({ routing_key: routingKey, body: message.content, reason });
  countParked(routingKey);
}

/** An error as it is stored: a parser quotes what it could not read, and PostgreSQL takes no NUL in a text. */
export const wordsOf = (error: unknown): string =>
  storable(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2_000);

const storable = (text: string): string => text.replaceAll('\0', '\\0');
