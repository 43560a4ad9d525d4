import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { turbo } from './build.js';
import { prepareChromium } from './chromium.js';
import { launch, type Run, runTask } from './launcher.js';
import { runJest, testDir, testEnvironment } from './run-jest.js';
import { readJson, root } from './state.js';

export interface Totals {
  passed: number;
  failed: number;
}

interface Check {
  name: string;
  run: (run: Run, log: string) => Promise<number>;
}

const npmScript = (run: Run, name: string, log: string, more: string[] = []): Promise<number> => {
  const { npm_execpath: npm } = process.env;
  const [command, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  return runTask(run, { name, command, args: [...first, 'run', name, ...more], cwd: root, log });
};

/** What is checked besides the tests; each counts as one. */
function checks(): [Check, ...Check[]] {
  const contracts = readJson<{ scripts: Record<string, string> }>(
    join(root, 'packages/contracts/package.json'),
  );
  const generated = ['check-generated', '-w', '@rollcall/contracts'] as const;
  return [
    { name: 'build', run: (run, log) => turbo(run, ['build'], log) },
    { name: 'types', run: (run, log) => npmScript(run, 'typecheck', log) },
    { name: 'lint', run: (run, log) => npmScript(run, 'lint', log) },
    ...(contracts?.scripts[generated[0]]
      ? [
          {
            name: 'generated documents are current',
            run: (run: Run, log: string) => npmScript(run, generated[0], log, generated.slice(1)),
          },
        ]
      : []),
  ];
}

/**
 * Everything: build, types, lint, generated documents and one run of Jest over all workspaces. With arguments, Jest
 * alone (after the build that end-to-end tests start), which gets them: `npm test -- wallet`.
 */
export async function main(args: string[]): Promise<number> {
  const totals: Totals = { passed: 0, failed: 0 };
  const code = await launch((run) => runAll(run, args, totals), { dir: testDir });
  if (code !== 0 && totals.failed === 0) totals.failed = 1; // it broke off, and that must not read as green
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
  return totals.failed > 0 ? 1 : code;
}

async function runAll(run: Run, args: string[], totals: Totals): Promise<number> {
  const dir = join(testDir, `results-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  try {
    const env = await testEnvironment(run);
    const [build, ...others] = checks();
    const check = (one: Check) => runCheck(run, one, join(dir, `${one.name}.log`), totals);
    await check(build);
    if (args.length === 0) await Promise.all(others.map(check));
    if (args.length === 0 || args.some((arg) => /e2e|web/.test(arg)))
      await prepareChromium(run, join(dir, 'chromium.log'));
    const file = join(dir, 'jest.json');
    const code = await runJest(run, env, ['--json', `--outputFile=${file}`, ...args]);
    add(totals, countTests(readJson<JestResults>(file), code));
    return totals.failed > 0 ? 1 : 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runCheck(run: Run, check: Check, log: string, totals: Totals): Promise<void> {
  rmSync(log, { force: true });
  const began = performance.now();
  const code = await check.run(run, log);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  add(totals, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${check.name}  ${seconds} s\n`);
  if (code !== 0) process.stdout.write(`${readFileSync(log, 'utf8')}\n`);
}

export interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that could not be run at all: none of their tests is counted anywhere. */
  numRuntimeErrorTestSuites: number;
}

export function countTests(results: JestResults | undefined, code: number): Totals {
  if (!results) return { passed: 0, failed: 1 };
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return { passed: results.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function add(totals: Totals, more: Totals): void {
  totals.passed += more.passed;
  totals.failed += more.failed;
}
