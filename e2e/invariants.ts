/** `rollcall invariants check --wait` against a test's system, as an operator runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { System } from './system.js';

export async function runCli(system: System, ...args: string[]): Promise<{ code: number; output: string }> {
  const databases = system.stores.map((service) => [
    `DATABASE_URL_${service.toUpperCase()}`,
    system.databaseUrl(service),
  ]);
  const child = spawn(process.execPath, [new URL('../cli/dist/main.js', import.meta.url).pathname, ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      ROLLCALL_GATEWAY_URL: system.gateway,
      ATTENDANCE_URL: system.urls.attendance.join(','),
      AMQP_URL: system.amqp,
      ROLLCALL_PREFIX: system.prefix,
      ...Object.fromEntries(databases),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => output.push(String(bytes)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: output.join('') };
}

export async function checkInvariants(system: System): Promise<{ code: number; violated: string[] }> {
  const { code, output } = await runCli(system, 'invariants', 'check', '--wait');
  return { code, violated: code === 0 ? [] : output.split('\n') };
}
