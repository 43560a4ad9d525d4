import { readFileSync } from 'node:fs';
import { gauge } from './metrics.js';

const info = gauge('rollcall_build_info', 'Which release runs here', ['service', 'version']);

/** The release, by the kit's own package: all of a release carry one number. */
export function tellVersion(service: string): void {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  info.set({ service, version: String(version) }, 1);
}
