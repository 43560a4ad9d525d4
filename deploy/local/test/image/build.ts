/**
 * Builds an image without an engine: the RUN and COPY steps of the Dockerfile, run in folders. What an engine adds (the
 * base image, isolation, another root) is not shown by it; what the steps leave behind is.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { contextOf } from './context.js';
import { linkTree } from './link-tree.js';
import { type Stage, type Step, stagesOf } from './stages.js';

export interface Image {
  /** The folder that stands for `/`. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the process starts, below `root`. */
  readonly workdir: string;
  readonly user: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

export interface BuildOptions {
  readonly dockerfile: string;
  /** The checkout. */
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
  /** An empty folder of the caller's. */
  readonly scratch: string;
  /** Called before a RUN step, which is left out where it returns true. */
  readonly instead?: (text: string, args: Readonly<Record<string, string>>, folder: string) => boolean;
  /** Stages without arguments, built for another image already; those built now are added. */
  readonly shared?: Map<string, Stand>;
}

/** What is known of a stage. */
export interface Stand {
  readonly root: string;
  readonly env: Record<string, string>;
  readonly args: Record<string, string>;
  workdir: string;
  user: string;
  command: string[];
  healthcheck: string[];
}

export function buildImage(options: BuildOptions): Image {
  const { shared = new Map<string, Stand>() } = options;
  const built = new Map(shared);
  const files = contextOf(options.context);
  for (const stage of stagesOf(options.dockerfile)) {
    if (built.has(stage.name)) continue;
    const state = begin(stage, built, options);
    for (const step of stage.steps) perform(step, { state, built, files, options });
    built.set(stage.name, state);
    if (Object.keys(state.args).length === 0) shared.set(stage.name, state);
  }
  return [...built.values()].at(-1)!;
}

function begin({ name, base }: Stage, built: ReadonlyMap<string, Stand>, { scratch }: BuildOptions): Stand {
  const root = join(scratch, name);
  const from = built.get(base);
  mkdirSync(root, { recursive: true });
  if (from) linkTree(from.root, root);
  const fresh = { workdir: '/', user: 'root', command: [], healthcheck: [] };
  return { ...fresh, ...from, root, env: { ...from?.env }, args: {} };
}

interface Building {
  readonly state: Stand;
  readonly built: ReadonlyMap<string, Stand>;
  readonly files: readonly string[];
  readonly options: BuildOptions;
}

function perform(step: Step, building: Building): void {
  const { state, options } = building;
  if (step.keyword === 'RUN') runStep(step, state, options);
  else if (step.keyword === 'COPY') copyStep(step, building);
  else set(step, state, options.args);
}

function set({ keyword, text }: Step, state: Stand, given: BuildOptions['args']): void {
  const [name = '', standard] = split(text);
  switch (keyword) {
    case 'ARG':
      state.args[name] = given[name] ?? expand(standard ?? `\${${name}}`, state);
      break;
    case 'ENV':
      state.env[name] = expand(standard ?? '', state);
      break;
    case 'WORKDIR':
      state.workdir = placeOf(expand(text, state), state);
      mkdirSync(join(state.root, state.workdir), { recursive: true });
      break;
    case 'USER':
      state.user = text;
      break;
    case 'CMD':
      state.command = JSON.parse(text) as string[];
      break;
    case 'HEALTHCHECK':
      state.healthcheck = JSON.parse(text.slice(text.indexOf('['))) as string[];
      break;
    case 'STOPSIGNAL':
      break;
    default:
      throw new Error(`${keyword} is not known here`);
  }
}

const split = (text: string): string[] => {
  const at = text.indexOf('=');
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const expand = (text: string, { args, env }: Stand): string =>
  text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (_all, braced, bare) => {
    const value = env[braced ?? bare] ?? args[braced ?? bare];
    if (value === undefined) throw new Error(`${text}: ${braced ?? bare} is not set`);
    return value;
  });

const placeOf = (path: string, { workdir }: Stand): string =>
  normalize(isAbsolute(path) ? path : join(workdir, path));

/** No settings of whoever runs the test, but for where npm keeps its packages and asks for others. */
function environment({ env, args }: Stand): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => ['PATH', 'HOME', 'TMPDIR'].includes(name) || /^npm_config_(cache|registry)$/i.test(name),
  ) as [string, string][];
  return { ...Object.fromEntries(kept), npm_config_prefer_offline: 'true', ...args, ...env };
}

function runStep({ text }: Step, state: Stand, { instead }: BuildOptions): void {
  const cwd = join(state.root, state.workdir);
  if (instead?.(text, state.args, cwd)) return;
  const done = spawnSync('/bin/sh', ['-c', text], { cwd, env: environment(state), encoding: 'utf8' });
  if (done.status === 0) return;
  throw new Error(`RUN ${text}\nended with ${done.status ?? done.signal}\n${done.stdout}\n${done.stderr}`);
}

function copyStep({ words, from }: Step, { state, built, files, options }: Building): void {
  const expanded = words.map((word) => expand(word, state));
  const [target = '', ...sources] = [expanded.at(-1), ...expanded.slice(0, -1)];
  for (const source of sources) {
    const into = join(state.root, placeOf(target, state));
    if (from === null)
      copyContext(source, { into, isFolder: target.endsWith('/'), files, context: options.context });
    else copyStage(join(built.get(from)!.root, source), into);
  }
}

interface ContextCopy {
  readonly into: string;
  readonly isFolder: boolean;
  readonly files: readonly string[];
  readonly context: string;
}

/** A folder's contents, or a file: into the target where that ends in a slash, else as the target. */
function copyContext(source: string, { into, isFolder, files, context }: ContextCopy): void {
  const path = normalize(source);
  const found = files.filter((file) => path === '.' || file === path || file.startsWith(`${path}/`));
  if (found.length === 0) throw new Error(`COPY ${source}: the context has no such file`);
  for (const file of found) {
    const below = path === '.' ? file : file.slice(path.length + 1);
    const to =
      file === path && !isFolder ? into : join(into, file === path ? file.split('/').at(-1)! : below);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(context, file), to);
  }
}

function copyStage(source: string, into: string): void {
  if (!existsSync(source)) throw new Error(`COPY --from: there is no ${source}`);
  linkTree(source, into);
}
