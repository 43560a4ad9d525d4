import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL, type System, startSystem } from '@rollcall/e2e/system';
import type { Figure } from '../report.js';

const READY_SECONDS = 15;
const MEGABYTES = 900;

/** Fresh databases to a ready gateway, and what all services hold in memory at rest. */
export async function rest(): Promise<Figure[]> {
  const started = performance.now();
  const system = await startSystem({ services: ALL });
  const seconds = (performance.now() - started) / 1000;
  await sleep(10_000);
  const megabytes = await pss(system);
  await system.stop();
  const means = 'limit over ours';
  return [
    {
      name: 'ready, from empty databases',
      ours: `${seconds.toFixed(1)} s`,
      limit: `${READY_SECONDS} s`,
      ratio: READY_SECONDS / seconds,
      goal: 1,
      means,
    },
    {
      name: 'all services at rest (PSS)',
      ours: `${megabytes} MB`,
      limit: `${MEGABYTES} MB`,
      ratio: MEGABYTES / megabytes,
      goal: 1,
      means,
    },
  ];
}

/** Proportional set sizes as Linux counts them: shared pages are shared out. */
async function pss(system: System): Promise<number> {
  const pids = ALL.flatMap((service) => system.processes(service).map(({ pid }) => pid));
  const kilobytes = await Promise.all(
    pids.map(async (pid) =>
      Number(/^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]),
    ),
  );
  return Math.round(kilobytes.reduce((a, b) => a + b, 0) / 1024);
}
