/** What `npm ci` of the image would install, taken from what is installed here: no registry, and seconds less. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../../state.js';
import { linkTree } from './link-tree.js';

/** Instead of a RUN step, where that is an install. */
export function fromCheckout(text: string, args: Readonly<Record<string, string>>, folder: string): boolean {
  if (!text.startsWith('npm ci')) return false;
  const packages = text.includes('--omit=dev') ? productionOf(args.SERVICE ?? '') : everything();
  for (const path of packages) linkTree(join(root, path), join(folder, path));
  return true;
}

/** At the top, and below a workspace what could not be there. */
function everything(): string[] {
  const places = Object.keys(lock().packages).flatMap(
    (path) => path.match(/^(?!node_modules).+?\/node_modules(?=\/)/) ?? [],
  );
  return ['node_modules', ...new Set(places.filter((place) => existsSync(join(root, place))))];
}

/** Of one workspace, by npm's own reading of the lock file; links to our own packages stay links. */
function productionOf(service: string): string[] {
  const list = ['ls', '--omit=dev', '--all', '--parseable', `--workspace=@rollcall/${service}`];
  const { stdout, status, stderr } = spawnSync('npm', list, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${list.join(' ')}: ${stderr}`);
  const listed = stdout.split('\n').map((line) => relative(root, line));
  const installed = listed.filter(
    (path) => path.startsWith('node_modules/') && !path.startsWith('node_modules/@rollcall/'),
  );
  const ours = Object.entries(lock().packages)
    .filter(([path, { link }]) => link === true && listed.includes(path))
    .map(([path]) => path);
  return [...new Set([...installed, ...ours])];
}

export interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly link?: boolean }>>;
}

export const lock = (): Lock => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
