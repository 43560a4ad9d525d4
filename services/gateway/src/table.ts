/** Which service a request belongs to: contracts' routes, and nothing else, decide. */
import { routesOf, type ServiceName, services } from '@rollcall/contracts/api';
import type { Who } from '@rollcall/contracts/route';

export interface Target {
  readonly service: ServiceName;
  readonly method: string;
  /** The route's path with `:name` for parameters: bounded, so it may be a metric's label. */
  readonly pattern: string;
  readonly who: Who;
  /** Its answer goes on for minutes. */
  readonly streams: boolean;
  /** What the service's path begins with. */
  readonly prefix: '/api/v1' | '';
}

interface Entry {
  readonly target: Target;
  readonly parts: readonly string[];
}

/** Entries by number of segments, the most literal first. */
export interface Table {
  readonly api: ReadonlyMap<number, readonly Entry[]>;
  readonly root: ReadonlyMap<number, readonly Entry[]>;
}

export type Found =
  | { readonly target: Target; readonly path: string }
  | { readonly allow: readonly string[] }
  | undefined;

/** Where clients look for it is not the gateway's choice (RFC 8615): at the root. */
const isAtRoot = (path: string): boolean => path.startsWith('/.well-known/');

export function createTable(): Table {
  const targets = services.flatMap((service) =>
    routesOf(service).map(({ method, path, who, streams = false }): Target => {
      const prefix = isAtRoot(path) ? '' : '/api/v1';
      return { service, method: method.toUpperCase(), pattern: path, who, streams, prefix };
    }),
  );
  return {
    api: bySize(targets.filter(({ prefix }) => prefix !== '')),
    root: bySize(targets.filter(({ prefix }) => prefix === '')),
  };
}

function bySize(targets: readonly Target[]): Map<number, Entry[]> {
  const table = new Map<number, Entry[]>();
  for (const target of targets) {
    const parts = target.pattern.slice(1).split('/');
    table.set(parts.length, [...(table.get(parts.length) ?? []), { target, parts }]);
  }
  for (const entries of table.values()) entries.sort(literalsFirst);
  return table;
}

const isParameter = (part: string | undefined): boolean => part?.startsWith(':') ?? false;

/** `/enrollments/me` before `/enrollments/:id`: the first place where one has a literal and the other has not decides. */
function literalsFirst(a: Entry, b: Entry): number {
  const at = a.parts.findIndex((part, index) => isParameter(part) !== isParameter(b.parts[index]));
  if (at === -1) return 0;
  return isParameter(a.parts[at]) ? 1 : -1;
}

/** The target of decoded path segments; the methods there are, when this is not one; undefined for an unknown path. */
export function find(table: Table, method: string, segments: readonly string[]): Found {
  const isApi = segments[0] === 'api';
  const below = isApi ? segments.slice(segments[1] === 'v1' ? 2 : 1) : segments;
  const entries = (isApi ? table.api : table.root).get(below.length) ?? [];
  const here = entries.filter(({ parts }) => matches(parts, below));
  if (here.length === 0) return undefined;
  const wanted = method === 'HEAD' ? 'GET' : method;
  const entry = here.find(({ target }) => target.method === wanted);
  if (entry === undefined) return { allow: allowed(here) };
  // Built from what was matched, so a service cannot read another route out of the path than the gateway did.
  return { target: entry.target, path: `${entry.target.prefix}/${below.map(encodeURIComponent).join('/')}` };
}

const matches = (parts: readonly string[], segments: readonly string[]): boolean =>
  parts.every((part, index) => (isParameter(part) ? segments[index] !== '' : part === segments[index]));

function allowed(entries: readonly Entry[]): string[] {
  const methods = new Set(entries.map(({ target }) => target.method));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods];
}
