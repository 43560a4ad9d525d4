/** What may be said of the Dockerfile by reading it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { root } from '../state.js';
import { contextOf } from './image/context.js';
import { stagesOf } from './image/stages.js';

const text = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
const stages = stagesOf(text);
const image = stages.at(-1)!;
const stepsOf = (keyword: string) => image.steps.filter((step) => step.keyword === keyword);

describe('the Dockerfile', () => {
  test('has no mistake its linter knows', () => {
    expect(validate(text)).toEqual([]);
  });

  test('begins every stage with another or with one pinned image', () => {
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ base }) => base).filter((base) => !names.includes(base));
    expect(images).toEqual([`node:${readFileSync(join(root, '.nvmrc'), 'utf8').trim()}-bookworm-slim`]);
  });

  test('runs nothing in the last stage, and takes nothing from the checkout into it', () => {
    expect(stepsOf('RUN')).toEqual([]);
    expect(stepsOf('COPY').map(({ from }) => from)).toEqual(['production', 'parts']);
    expect(stepsOf('ADD')).toEqual([]);
  });

  test('leaves the process no root, and gives it signals and a health check without a shell between', () => {
    expect(stepsOf('USER').at(-1)?.text).toBe('node');
    expect(stepsOf('STOPSIGNAL').at(-1)?.text).toBe('SIGTERM');
    expect(stepsOf('CMD').at(-1)?.text).toMatch(/^\["node",.*"--enable-source-maps",.*\]$/);
    expect(stepsOf('HEALTHCHECK').at(-1)?.text).toMatch(/CMD \["node",.*\/livez/);
  });

  test('tells npm of every workspace that goes into an image: a new service is a line here', () => {
    const manifests = stages.find(({ name }) => name === 'manifests');
    const copied = manifests?.steps.flatMap(({ words }) =>
      words.filter((word) => /\/package\.json$/.test(word)),
    );
    const folders = ['packages', 'services', 'apps'].flatMap((parent) =>
      readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
    );
    expect(copied?.sort()).toEqual([...folders, 'cli'].map((folder) => `${folder}/package.json`).sort());
  });

  test('holds no secret', () => {
    const settings = stages.flatMap(({ steps }) =>
      steps
        .filter(({ keyword }) => ['ENV', 'ARG'].includes(keyword))
        .map(({ text: words }) => words.split('=')[0]),
    );
    expect(new Set(settings)).toEqual(new Set(['SERVICE', 'FOLDER', 'NODE_ENV']));
  });
});

describe('the engine gets', () => {
  const files = contextOf(root);

  test('what is built, and nothing that was built here', () => {
    expect(files).toContain('services/wallet/src/main.ts');
    expect(files).toContain('services/wallet/migrations/0001_ledger.sql');
    expect(files).toContain('packages/contracts/schemas/openapi.json');
    expect(
      files.filter((file) => /(^|\/)(node_modules|dist|test|\.turbo|\.git)\/|\.test\.ts$/.test(file)),
    ).toEqual([]);
  });

  test('no settings and nothing of a system that runs here', () => {
    expect(files.filter((file) => /(^|\/)\.(env|rollcall)/.test(file))).toEqual([]);
    expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(
      new Set([
        '.npmrc',
        'apps',
        'cli',
        'package-lock.json',
        'package.json',
        'packages',
        'services',
        'tsconfig.base.json',
        'turbo.json',
      ]),
    );
  });
});
