import { join } from 'node:path';
import { type Run, runTask, SetupError } from './launcher.js';
import { say, step } from './progress.js';
import { lastLines, root } from './state.js';

/** Quiet about itself: no telemetry, no notices. */
const turboEnvironment = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };

/** Runs turbo tasks in all workspaces: the exit code. What has not changed comes from its cache in 0.1 s. */
export function turbo(run: Run, tasks: string[], log?: string): Promise<number> {
  return runTask(run, {
    name: `turbo ${tasks.join(' ')}`,
    command: process.execPath,
    args: [join(root, 'node_modules/turbo/bin/turbo'), 'run', ...tasks, '--output-logs=errors-only'],
    env: { ...process.env, ...turboEnvironment },
    cwd: root,
    log,
  });
}

/** After so long somebody wonders whether it hangs; from the cache it is built in 1 s. */
const NOTICED_MS = 2_500;

export async function build(run: Run, dir: string): Promise<void> {
  const log = join(dir, 'logs/build.log');
  await step(async () => {
    const slow = setTimeout(() => say('building, which takes half a minute the first time'), NOTICED_MS);
    const code = await turbo(run, ['build'], log).finally(() => clearTimeout(slow));
    if (code !== 0) throw new SetupError(`The build failed:\n${lastLines(log, 40)}`);
    return { line: 'built', value: undefined };
  });
}
