import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));

/** Every workspace that can hold tests, by the name `--selectProjects` takes. */
const folders = {
  contracts: 'packages/contracts',
  kit: 'packages/kit',
  ...Object.fromEntries(readdirSync(`${root}/services`).map((name) => [name, `services/${name}`])),
  web: 'apps/web',
  cli: 'cli',
  e2e: 'e2e',
  bench: 'bench',
  local: 'deploy/local',
  ...Object.fromEntries(
    readdirSync(`${root}/deploy/stand-ins`).map((name) => [`stand-in-${name}`, `deploy/stand-ins/${name}`]),
  ),
};

const shared = {
  testEnvironment: 'node',
  // 'source' makes a workspace package resolve to its TypeScript, so that no build has to come before a test.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  // .js first: a package that ships both its sources and its output is read from the output.
  moduleFileExtensions: ['js', 'ts', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** Packages keep unit tests beside the source and the others in test/; folders that are all tests keep them anywhere. */
const testMatch = (folder) =>
  existsSync(`${root}/${folder}/src`)
    ? [`${root}/${folder}/src/**/*.test.ts`, `${root}/${folder}/test/**/*.test.ts`]
    : [`${root}/${folder}/**/*.test.ts`];

export default {
  rootDir: root,
  // As many as the cores of the smallest machine: each end-to-end file runs up to sixteen processes with connections of
  // their own. Three at once took as long, and what waits for a process to be back waited too long.
  maxWorkers: 2,
  testSequencer: `${root}/deploy/local/sequencer.mjs`,
  testTimeout: 60_000,
  projects: Object.entries(folders)
    .filter(([, folder]) => existsSync(`${root}/${folder}/package.json`))
    .map(([displayName, folder]) => ({
      ...shared,
      displayName,
      rootDir: `${root}/${folder}`,
      testMatch: testMatch(folder),
      testPathIgnorePatterns: ['/node_modules/', '/dist/'],
      ...(displayName === 'e2e' && { setupFilesAfterEnv: [`${root}/e2e/patience.ts`] }),
    })),
};
