/** What of a checkout the engine gets to see: .dockerignore, read as the engine reads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Rule = readonly [allow: boolean, pattern: RegExp];

/** A pattern covers what lies below it; the last rule that covers a path decides. */
function rulesOf(text: string): Rule[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(ruleOf);
}

function ruleOf(line: string): Rule {
  const allow = line.startsWith('!');
  const source = line
    .slice(allow ? 1 : 0)
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (sign) => WILD[sign] ?? sign);
  return [allow, new RegExp(`^${source}(/.*)?$`)];
}

const WILD: Readonly<Record<string, string>> = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

/** Paths of all files of a folder that its .dockerignore lets through. */
export function contextOf(root: string): string[] {
  const rules = rulesOf(readFileSync(join(root, '.dockerignore'), 'utf8'));
  const isIn = (path: string) => rules.findLast(([, pattern]) => pattern.test(path))?.[0] ?? true;
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isIn(path)) return [];
      return entry.isDirectory() ? below(path) : [path];
    });
  return below('');
}
