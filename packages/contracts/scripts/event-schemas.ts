/** One JSON Schema (2020-12) for each event type: the whole message, for hearers that are not written in TypeScript. */
import { z } from 'zod';
import { type EventType, messageSchema } from '../src/event.js';

export type JsonSchema = { [key: string]: unknown };

/** Open to unknown fields, as every hearer is: a field may be added to a version, and only added. */
export function eventSchema(type: EventType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(messageSchema(type), { io: 'input', target: 'draft-2020-12' });
  return plain({ $schema, $id: `${type.type}.json`, title: type.type, description: type.says, ...rest });
}

/**
 * A schema as it is published: `examples`, where OpenAPI says `example`, and a format without the expression the
 * validation library checks it by, which is half a page for an instant and changes with the library.
 */
export function plain<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(key === 'pattern' && 'format' in value))
      .map(([key, item]) => (key === 'example' ? ['examples', [item]] : [key, plain(item as unknown)])),
  ) as Value;
}
