import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const src = (file: string) => new URL(`../src/${file}`, import.meta.url).href;

test.each([
  ['thrown', 'setTimeout(() => { throw refused; })'],
  ['rejected', 'Promise.reject(refused)'],
])('an error that was %s and nobody caught ends the process, in the log and without its row', (_how, act) => {
  const script = `
    import { createLog } from '${src('log.ts')}';
    import { endOnUncaught } from '${src('uncaught.ts')}';
    endOnUncaught(createLog('test', 'info'));
    const refused = Object.assign(new Error('no such row'), { detail: 'Failing row contains (private)' });
    ${act};
    setTimeout(() => console.log('still here'), 60_000);`;
  const args = ['--import', 'tsx', '--conditions=source', '--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, '']);
  const line = JSON.parse(stdout) as { level: string; err: { message: string } };
  expect([line.level, line.err.message]).toEqual(['fatal', 'no such row']);
  expect(stdout).not.toContain('private');
});
