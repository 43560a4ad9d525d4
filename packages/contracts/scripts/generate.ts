/**
 * Writes every generated file; with `--check` writes nothing and names what is stale. An event schema that would break
 * its hearers is refused either way: publish the next version beside it. A type that was never released may be changed
 * by deleting its schema first.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { carriedBy, catalogue } from '../src/topology.js';
import { asyncapi } from './asyncapi.js';
import { breakingChanges } from './compatibility.js';
import { eventSchema, type JsonSchema } from './event-schemas.js';
import { eventsPage } from './events-page.js';
import { openapi } from './openapi.js';
import { settingsPage } from './settings-page.js';

/** What goes over the exchange, and what goes to a stream alone. */
const published = [...catalogue, ...Object.values(carriedBy)];

const root = fileURLToPath(new URL('../../..', import.meta.url));
const schemas = 'packages/contracts/schemas/events';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const pathOf = (type: string) => `${schemas}/${type}.json`;
const committed = (path: string): string | undefined =>
  existsSync(root + path) ? readFileSync(root + path, 'utf8') : undefined;

async function generated(): Promise<Map<string, string>> {
  return new Map([
    ...published.map((type) => [pathOf(type.type), json(eventSchema(type))] as const),
    ['packages/contracts/schemas/asyncapi.yaml', await asyncapi()],
    ['packages/contracts/schemas/openapi.json', json(openapi())],
    ['docs/events.md', eventsPage()],
    ['docs/settings.md', await settingsPage(root)],
  ]);
}

/** Committed schemas of types the catalogue no longer has. */
function orphans(): string[] {
  const known = new Set(published.map(({ type }) => `${type}.json`));
  const files = existsSync(root + schemas) ? readdirSync(root + schemas) : [];
  return files.filter((file) => !known.has(file)).map((file) => `${schemas}/${file}`);
}

function broken(): string[] {
  return published.flatMap((type) => {
    const before = committed(pathOf(type.type));
    if (before === undefined) return [];
    const found = breakingChanges(JSON.parse(before) as JsonSchema, eventSchema(type));
    return found.map((words) => `${type.type}: ${words}; publish the next version beside it`);
  });
}

const check = process.argv.includes('--check');
const files = await generated();
const stale = [...files].filter(([path, content]) => committed(path) !== content).map(([path]) => path);
const refusals = [
  ...broken(),
  ...(check ? stale.map((path) => `${path} is stale: npm run generate`) : []),
  ...(check ? orphans().map((path) => `${path} has no type in the catalogue`) : []),
];
if (refusals.length > 0) {
  process.stderr.write(`${refusals.join('\n')}\n`);
  process.exitCode = 1;
} else if (check) {
  process.stdout.write(`${files.size} generated files are current\n`);
} else {
  for (const path of stale) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, files.get(path)!);
  }
  for (const path of orphans()) rmSync(root + path);
  process.stdout.write(`${files.size} generated files, ${stale.length} written\n`);
}
