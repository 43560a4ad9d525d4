/**
 * May a published schema become this one without a new version? Only by adding optional fields: messages of the old
 * shape lie in inboxes and streams, and old replicas read what new ones say. Judged on the JSON Schemas.
 */
import type { JsonSchema } from './event-schemas.js';

/** What breaks, a sentence each; nothing when the change is safe. */
export const breakingChanges = (before: JsonSchema, after: JsonSchema): string[] =>
  compare({ node: before, root: before }, { node: after, root: after }, []);

interface Side {
  node: JsonSchema;
  root: JsonSchema;
}

/** Words about a schema that say nothing about what it accepts. */
const SILENT = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'description',
  'examples',
  'properties',
  'required',
]);
const PARTS = ['items', 'additionalProperties', 'propertyNames'];
/** No schema here is nested deeper than 8. */
const DEPTH = 30;

function compare(beforeRaw: Side, afterRaw: Side, path: string[]): string[] {
  if (path.length > DEPTH) throw new Error(`a schema nests deeper than ${DEPTH} at ${path.join('.')}`);
  const before = resolve(beforeRaw);
  const after = resolve(afterRaw);
  return [
    ...compareKeywords(before, after, path),
    ...compareProperties(before, after, path),
    ...PARTS.filter((part) => isSchema(before.node[part]) && isSchema(after.node[part])).flatMap((part) =>
      compare(child(before, part), child(after, part), [...path, part]),
    ),
  ];
}

function resolve({ node, root }: Side): Side {
  const name = typeof node.$ref === 'string' ? node.$ref.replace('#/$defs/', '') : undefined;
  if (name === undefined) return { node, root };
  const found = (root.$defs as Record<string, JsonSchema> | undefined)?.[name];
  if (!found) throw new Error(`no definition of ${name}`);
  return { node: found, root };
}

function compareKeywords(before: Side, after: Side, path: string[]): string[] {
  const keywords = new Set([...Object.keys(before.node), ...Object.keys(after.node)]);
  return [...keywords]
    .filter((keyword) => !SILENT.has(keyword) && !bothSchemas(before, after, keyword))
    .filter((keyword) => text(before, keyword) !== text(after, keyword))
    .map((keyword) => `${at(path)}: ${keyword} was ${text(before, keyword)} and is ${text(after, keyword)}`);
}

function compareProperties(before: Side, after: Side, path: string[]): string[] {
  const [old, now] = [properties(before), properties(after)];
  const [needed, needs] = [required(before), required(after)];
  const gone = Object.keys(old).filter((name) => !(name in now));
  const loosened = [...needed].filter((name) => name in now && !needs.has(name));
  const tightened = [...needs].filter((name) => !needed.has(name));
  const kept = Object.keys(old).filter((name) => name in now);
  return [
    ...gone.map((name) => `${at([...path, name])} is gone`),
    ...loosened.map((name) => `${at([...path, name])} was required and is optional`),
    ...tightened.map((name) => `${at([...path, name])} is required and was not`),
    ...kept.flatMap((name) =>
      compare({ node: old[name]!, root: before.root }, { node: now[name]!, root: after.root }, [
        ...path,
        name,
      ]),
    ),
  ];
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
const bothSchemas = (before: Side, after: Side, keyword: string): boolean =>
  PARTS.includes(keyword) && isSchema(before.node[keyword]) && isSchema(after.node[keyword]);
const child = ({ node, root }: Side, part: string): Side => ({ node: node[part] as JsonSchema, root });
const properties = ({ node }: Side) => (node.properties ?? {}) as Record<string, JsonSchema>;
const required = ({ node }: Side) => new Set((node.required ?? []) as string[]);
const at = (path: string[]) => (path.length === 0 ? 'the message' : path.join('.'));

/** A keyword's value with definitions written out, so that renaming one is no change and changing one is. */
const text = ({ node, root }: Side, keyword: string): string => {
  const value = node[keyword];
  return value === undefined ? 'not there' : JSON.stringify(written(value, root, 0));
};

function written(value: unknown, root: JsonSchema, depth: number): unknown {
  if (depth > DEPTH) throw new Error(`a schema nests deeper than ${DEPTH}`);
  if (Array.isArray(value)) return value.map((item) => written(item, root, depth + 1));
  if (!isSchema(value)) return value;
  const { node } = resolve({ node: value, root });
  const silent = ['title', 'description', 'examples'];
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !silent.includes(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, written(item, root, depth + 1)]),
  );
}
