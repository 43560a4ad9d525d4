import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readConfig } from '../src/config.js';

const schema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int(),
  SECRET: z.string().min(1).meta({ development: 'for development only' }),
  GRACE: z.coerce.number().int().min(0).default(10),
});

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return 'none';
};

describe('settings', () => {
  test('are parsed, defaulted and frozen', () => {
    const config = readConfig(schema, { PORT: '3000' });
    expect(config).toEqual({
      NODE_ENV: 'development',
      PORT: 3000,
      SECRET: 'for development only',
      GRACE: 10,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('that are missing or wrong are all named at once', () => {
    const words = problemsOf({ NODE_ENV: 'production', GRACE: '-1' });
    expect(words).toContain('PORT is missing');
    expect(words).toContain('SECRET is missing');
    expect(words).toContain('GRACE: ');
  });

  test('have no default secret in production', () => {
    expect(problemsOf({ NODE_ENV: 'production', PORT: '1' })).toContain('SECRET is missing');
    expect(problemsOf({ NODE_ENV: 'development', PORT: '1' })).toBe('none');
  });

  test('that are empty are missing', () => {
    expect(problemsOf({ PORT: '' })).toContain('PORT is missing');
  });

  test('may come as a file, whose last line end is none of the secret; a value of its own goes first', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'));
    const file = join(folder, 'secret');
    writeFileSync(file, ' from a file \n');
    const env = { NODE_ENV: 'production', PORT: '1', SECRET_FILE: file };
    expect(readConfig(schema, env).SECRET).toBe(' from a file ');
    expect(readConfig(schema, { ...env, SECRET: 'its own' }).SECRET).toBe('its own');
    writeFileSync(file, '\n');
    expect(problemsOf(env)).toContain('SECRET is missing');
    rmSync(folder, { recursive: true });
    expect(problemsOf({ ...env, PORT: '' })).toMatch(/SECRET_FILE cannot be read: ENOENT.*PORT is missing/s);
    expect(problemsOf({ PORT: '1', SECRET_FILE: file })).toContain('SECRET_FILE cannot be read');
  });
});
