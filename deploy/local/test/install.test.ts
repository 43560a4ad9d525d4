import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const script = new URL('../install.mjs', import.meta.url).href;
const locked = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-system': { version: '1.0.0', optional: true },
};
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rollcall-install-'));
  mkdirSync(join(dir, 'node_modules'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** In plain Node, as the bootstrap runs it before anything is installed. */
function isCurrent(installed: object | undefined): boolean {
  writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: locked }));
  if (installed) {
    writeFileSync(join(dir, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  const code = `import('${script}').then((m) => console.log(m.isCurrent(${JSON.stringify(dir)})))`;
  const result = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return result.stdout.trim() === 'true';
}

test('nothing installed, or an install that did not finish, is not current', () => {
  expect(isCurrent(undefined)).toBe(false);
});

test('what the lock names is current, without packages for other systems', () => {
  expect(isCurrent({ 'node_modules/a': locked['node_modules/a'] })).toBe(true);
});

test('another version, other contents or a missing package asks for an install', () => {
  expect(isCurrent({ 'node_modules/a': { version: '0.9.0', integrity: 'sha512-a' } })).toBe(false);
  expect(isCurrent({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } })).toBe(false);
  expect(isCurrent({})).toBe(false);
});
