import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Envelope, EnvelopeSchema, messageSchema } from '../src/event.js';
import { awaitedBy, carriedBy, catalogue, hasHearer, hearers } from '../src/topology.js';

const published = [...catalogue, ...Object.values(carriedBy)];

const folder = (name: string) => new URL(`../${name}/`, import.meta.url);
const read = (name: string, file: string) => JSON.parse(readFileSync(new URL(file, folder(name)), 'utf8'));

const samples: string[] = readdirSync(folder('samples'));
const sample = (type: string): Envelope => read('samples', `${type}.json`) as Envelope;

describe('golden samples, kept for ever', () => {
  test('there is one of each type in the catalogue and on a stream', () => {
    expect(samples.sort()).toEqual(published.map(({ type }) => `${type}.json`).sort());
  });

  test.each(published.map((type) => [type.type, type] as const))(
    '%s still parses, and loses nothing',
    (name, type) => {
      const message = sample(name);
      expect(messageSchema(type).parse(message)).toEqual(message);
      expect(type.schema.parse(message.data)).toEqual(message.data);
    },
  );

  test.each(published.map((type) => [type.type, type] as const))('%s names its subject', (name, type) => {
    const message = sample(name) as Envelope<Record<string, unknown>>;
    expect(message.subject).toBe(message.data[type.subject]);
    expect(message.source).toBe(`/rollcall/${type.source}`);
  });

  test.each(published.map(({ type }) => type))('%s fits its published schema', (type) => {
    const validate = new Ajv2020({ validateFormats: false }).compile(read('schemas/events', `${type}.json`));
    expect(validate(sample(type))).toBe(true);
    expect(validate({ ...sample(type), data: {} })).toBe(false);
  });
});

describe('envelope', () => {
  const message = () => sample('wallet.funds-held.v1');

  test('a hearer drops attributes it does not know and keeps the rest', () => {
    expect(EnvelopeSchema.parse({ ...message(), tenant: 'x' })).toEqual(message());
  });

  test.each(['id', 'type', 'subject', 'time', 'correlationid', 'specversion'])(
    'without %s it is none',
    (name) => {
      const { [name as keyof Envelope]: _dropped, ...rest } = message();
      expect(EnvelopeSchema.safeParse(rest).success).toBe(false);
    },
  );

  test('fields of data that a hearer does not know are ignored', () => {
    const type = catalogue.find(({ type }) => type === 'wallet.funds-held.v1')!;
    const data = message().data as object;
    expect(type.schema.parse({ ...data, colour: 'red' })).toEqual(data);
  });
});

describe('who hears what', () => {
  const types = new Set(catalogue.map(({ type }) => type));

  test('every type is named for its producer and version, once', () => {
    expect(types.size).toBe(catalogue.length);
    for (const { type, source } of catalogue) {
      expect(type).toMatch(/^[a-z]+\.[a-z-]+\.v[1-9]\d*$/);
      expect(type.startsWith(`${source}.`)).toBe(true);
    }
  });

  test('everything said is heard by somebody, or waits for a hearer that is named', () => {
    for (const { type } of catalogue) expect([type, hasHearer(type)]).toEqual([type, !(type in awaitedBy)]);
  });

  test('nobody waits for what is never said', () => {
    for (const type of Object.keys(awaitedBy)) expect(types).toContain(type);
  });

  test.each(Object.entries(hearers))(
    '%s hears each of its types once, and every one exists',
    (_service, row) => {
      const names = row.map(({ type }) => type);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(types).toContain(name);
    },
  );

  test('nobody hears itself', () => {
    for (const [service, row] of Object.entries(hearers))
      for (const { source } of row) expect(source).not.toBe(service);
  });
});
