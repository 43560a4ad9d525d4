import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { testDatabase } from '@rollcall/kit/testing';

/** One of bench/bare as a process of its own, on a database of its own. */
export async function startBare(file: URL): Promise<{ url: string; stop(): Promise<void> }> {
  const { db, url, close } = await testDatabase();
  await db.raw('create table bare_webhooks (id text primary key, body text not null)');
  const script = file.pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${String(port).trim()}`,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await close();
    },
  };
}
