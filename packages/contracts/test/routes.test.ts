import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { routesOf, services } from '../src/api/index.js';

const all = services.flatMap((service) => routesOf(service).map((route) => ({ service, ...route })));
const named = all.map((route) => [`${route.method} ${route.path}`, route] as const);

describe('routes', () => {
  test('each is answered by one service', () => {
    const shapes = all.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  test.each(named)(
    '%s names its parameters in the path and in the schema alike',
    (_name, { path, params }) => {
      const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      expect(inPath).toEqual(params instanceof z.ZodObject ? Object.keys(params.shape) : []);
    },
  );

  test.each(named)('%s refuses what it does not know', (_name, { query, body }) => {
    for (const schema of [query, body]) {
      const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
      if (inner instanceof z.ZodObject) expect(inner.def.catchall?._zod.def.type).toBe('never');
    }
  });

  test.each(named)(
    '%s sends content exactly when its status has some',
    (_name, { status, answer, files, who }) => {
      if (who !== 'webhook') expect((answer ?? files) === undefined).toBe(status === 204);
    },
  );

  test('the document says of a file what types it can have, and of no other answer', () => {
    const { paths } = JSON.parse(
      readFileSync(new URL('../schemas/openapi.json', import.meta.url), 'utf8'),
    ) as { paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>> };
    const file = paths['/admin/payout-batches/{batchId}/file']?.get?.responses['200'];
    expect(Object.keys(file?.content ?? {})).toEqual(['text/csv', 'application/xml']);
  });

  test('the document has every one of them, under the path clients call', () => {
    const document = JSON.parse(
      readFileSync(new URL('../schemas/openapi.json', import.meta.url), 'utf8'),
    ) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const drawn = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(drawn.sort()).toEqual(
      all.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).sort(),
    );
  });
});
