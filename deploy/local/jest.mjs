// What a package's own `test` script runs: Jest for the package of the current folder, with servers to test against.
import { basename } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { launch } = await import('./launcher.ts');
const { runJest, testDir, testEnvironment } = await import('./run-jest.ts');

const project = basename(process.cwd());
const code = await launch(
  async (run) =>
    runJest(run, await testEnvironment(run), [
      '--selectProjects',
      project,
      '--passWithNoTests', // between the two: --selectProjects would take those for names of projects
      ...process.argv.slice(2),
    ]),
  { dir: testDir },
);
process.exit(code);
