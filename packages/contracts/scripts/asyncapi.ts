/** The AsyncAPI 3 document: a channel for each routing key, what each service sends and what it receives. */
import { Parser } from '@asyncapi/parser';
import { stringify } from 'yaml';
import { CONTENT_TYPE, type EventType } from '../src/event.js';
import { carriedBy, catalogue, hearers } from '../src/topology.js';
import { eventSchema, type JsonSchema } from './event-schemas.js';

/** What a service's queue is declared with, by the kit; a test of the command line compares the two. */
const queueArguments = (service: string) => ({
  'x-queue-type': 'quorum',
  'x-delivery-limit': 20,
  'x-dead-letter-exchange': 'rollcall.dead',
  'x-dead-letter-routing-key': service,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
});

const exchange = { name: 'rollcall.events', type: 'topic', durable: true, autoDelete: false };

/** What a stream is declared with, by the kit; the same test compares them. */
const streamArguments = { 'x-queue-type': 'stream', 'x-stream-max-segment-size-bytes': 100_000_000 };

const carried = Object.values(carriedBy);

/** Channel and message names may not hold every character a routing key may. */
const key = ({ type }: EventType) => type.replaceAll('.', '_');

export async function asyncapi(): Promise<string> {
  const document = stringify(
    {
      asyncapi: '3.0.0',
      info: {
        title: 'Rollcall events',
        version: '1.0.0',
        description:
          'Every fact the services tell each other, over RabbitMQ. At least once, in no order; claim by `id`.',
        license: { name: 'MIT' },
      },
      defaultContentType: CONTENT_TYPE,
      channels: Object.fromEntries([
        ...catalogue.map((type) => [key(type), channel(type)]),
        ...Object.entries(carriedBy).map(([name, type]) => [key(type), streamChannel(name, type)]),
      ]),
      operations: operations(),
      components: components(),
    },
    { lineWidth: 110, aliasDuplicateObjects: false },
  );
  await mustBeValid(document);
  return document;
}

const channel = (type: EventType) => ({
  address: type.type,
  description: type.says,
  messages: { [key(type)]: { $ref: `#/components/messages/${key(type)}` } },
  bindings: { amqp: { is: 'routingKey', exchange } },
});

const streamChannel = (name: string, type: EventType) => ({
  ...channel(type),
  address: `rollcall.${name}`,
  bindings: { amqp: { is: 'queue', queue: { name: `rollcall.${name}`, durable: true, exclusive: false } } },
  'x-rabbitmq-arguments': streamArguments,
});

function operations(): Record<string, unknown> {
  const sent = [...catalogue, ...carried].map((type) => [
    `${type.source}_sends_${key(type)}`,
    operation('send', type),
  ]);
  const received = Object.entries(hearers).flatMap(([service, types]) =>
    types.map((type) => [
      `${service}_receives_${key(type)}`,
      {
        ...operation('receive', type),
        'x-rabbitmq-queue': `rollcall.${service}`,
        'x-rabbitmq-arguments': queueArguments(service),
      },
    ]),
  );
  return Object.fromEntries([...sent, ...received]);
}

const operation = (action: 'send' | 'receive', type: EventType) => ({
  action,
  channel: { $ref: `#/channels/${key(type)}` },
  messages: [{ $ref: `#/channels/${key(type)}/messages/${key(type)}` }],
});

function components(): Record<string, unknown> {
  const schemas = [...catalogue, ...carried].map((type) => ({ type, schema: eventSchema(type) }));
  const shared = Object.assign({}, ...schemas.map(({ schema }) => schema.$defs ?? {})) as JsonSchema;
  return {
    messages: Object.fromEntries(
      [...catalogue, ...carried].map((type) => [
        key(type),
        {
          name: type.type,
          summary: type.says,
          contentType: CONTENT_TYPE,
          payload: { $ref: `#/components/schemas/${key(type)}` },
        },
      ]),
    ),
    schemas: repoint({
      ...Object.fromEntries(schemas.map(({ type, schema }) => [key(type), withoutHeading(schema)])),
      ...shared,
    }),
  };
}

/** `$id` and `$schema` inside a document make the parser refuse it; the definitions are the document's own. */
const withoutHeading = ({ $schema: _schema, $id: _id, $defs: _defs, ...rest }: JsonSchema) => rest;

const repoint = (schemas: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;

async function mustBeValid(document: string): Promise<void> {
  const errors = (await new Parser().validate(document)).filter(({ severity }) => severity === 0);
  if (errors.length === 0) return;
  const words = errors.slice(0, 10).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`the AsyncAPI document is not valid:\n${words.join('\n')}`);
}
