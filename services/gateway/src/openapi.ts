import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Generated in contracts from the schemas that validate requests. */
export const OPENAPI_FILE = join(
  dirname(createRequire(import.meta.url).resolve('@rollcall/contracts/package.json')),
  'schemas/openapi.json',
);

/** The document as text, checked to be JSON; undefined when it has not been generated. Throws when it is broken. */
export function readOpenApi(file = OPENAPI_FILE): string | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  JSON.parse(text);
  return text;
}
