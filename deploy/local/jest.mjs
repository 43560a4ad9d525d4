// What a package's own `test` script runs: Jest for the package of the current folder, with servers to test against.
import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--config',
    join(root, 'jest.config.mjs'),
    '--passWithNoTests',
    '--selectProjects',
    basename(process.cwd()),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
jest.on('exit', (code) => process.exit(code ?? 1));
