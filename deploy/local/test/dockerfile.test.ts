/** What may be said of the Dockerfile by reading it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

  test('leaves of the fonts those that documents are set in, and no others', () => {
    const source = readFileSync(join(root, 'services/billing/src/pdf/fonts.ts'), 'utf8');
    const used = [...source.matchAll(/@expo-google-fonts\/[^']+\.ttf/g)].map(([path]) => path).sort();
    expect(used).toHaveLength(3);
    const fonts = (folder: string) =>
      readdirSync(join(folder, 'node_modules/@expo-google-fonts'), { recursive: true })
        .map((path) => `@expo-google-fonts/${path}`)
        .filter((path) => path.endsWith('.ttf'))
        .sort();
    const scratch = mkdtempSync(join(tmpdir(), 'rollcall-fonts-'));
    try {
      for (const path of fonts(root)) {
        mkdirSync(dirname(join(scratch, 'node_modules', path)), { recursive: true });
        writeFileSync(join(scratch, 'node_modules', path), '');
      }
      const production = stages.find(({ name }) => name === 'production')!;
      const { text: step } = production.steps.find((one) => one.text.includes('@expo-google-fonts'))!;
      execFileSync('/bin/sh', ['-ec', step.replaceAll('\\\n', ' ')], { cwd: scratch });
      expect(fonts(scratch)).toEqual(used);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
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
