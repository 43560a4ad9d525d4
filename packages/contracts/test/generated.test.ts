import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { breakingChanges } from '../scripts/compatibility.js';
import { eventSchema } from '../scripts/event-schemas.js';
import { event } from '../src/event.js';
import { Id, Money } from '../src/shapes.js';

test('every generated file is current', async () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const check = promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', 'scripts/generate.ts', '--check'],
    { cwd },
  );
  await expect(check).resolves.toMatchObject({ stdout: expect.stringMatching(/files are current/) });
}, 60_000);

describe('a version of an event may only gain optional fields', () => {
  const shape = (fields: z.ZodRawShape) =>
    eventSchema(event<object>('wallet.moved', 1, 'id' as never, 'Moved.', z.object({ id: Id, ...fields })));
  const before = () => shape({ amount: Money, note: z.string().optional(), how: z.enum(['a', 'b']) });
  const like = { amount: Money, note: z.string().optional(), how: z.enum(['a', 'b']) };

  test('the same is no change', () => {
    expect(breakingChanges(before(), before())).toEqual([]);
  });

  test('an optional field more is welcome', () => {
    expect(breakingChanges(before(), shape({ ...like, why: z.string().optional() }))).toEqual([]);
  });

  test.each<[string, z.ZodRawShape, string]>([
    ['a field that is gone', { amount: Money, how: like.how }, 'data.note is gone'],
    ['a required field more', { ...like, why: z.string() }, 'data.why is required and was not'],
    [
      'a field that may now be left out',
      { ...like, amount: Money.optional() },
      'data.amount was required and is optional',
    ],
    ['another type', { ...like, note: z.int().optional() }, 'data.note: type was "string" and is "integer"'],
    [
      'one more outcome, which old hearers refuse',
      { ...like, how: z.enum(['a', 'b', 'c']) },
      'data.how: enum',
    ],
    ['null where there was none', { ...like, how: like.how.nullable() }, 'data.how'],
    [
      'a change inside a shape that others share',
      { ...like, amount: Money.omit({ currency: true }) },
      'data.amount.currency is gone',
    ],
  ])('%s needs a new version', (_what, fields, words) => {
    expect(breakingChanges(before(), shape(fields)).join('\n')).toContain(words);
  });
});
