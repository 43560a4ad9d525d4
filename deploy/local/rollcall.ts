import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { developmentSettings } from './services.js';
import { runningSystem } from './start.js';
import { root } from './state.js';

/** The operator's tool, told where the running system is. What a person has set goes before it. */
export async function main(args: string[]): Promise<number | undefined> {
  const entry = join(root, 'cli/src/main.ts');
  if (!existsSync(entry)) {
    process.stderr.write(`${entry} is missing.\n`);
    return 1;
  }
  const book = runningSystem();
  if (book) {
    const databases = Object.entries(book.databases).map(([name, url]) => [
      `DATABASE_URL_${name.toUpperCase()}`,
      url,
    ]);
    const services = Object.entries(book.services).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
    const found: Record<string, string> = {
      ROLLCALL_GATEWAY_URL: book.gateway,
      AMQP_URL: book.amqp,
      ROLLCALL_PREFIX: book.prefix,
      LIVEKIT_API_KEY: developmentSettings.LIVEKIT_API_KEY,
      LIVEKIT_API_SECRET: developmentSettings.LIVEKIT_API_SECRET,
      ...Object.fromEntries([...databases, ...services]),
    };
    for (const [name, value] of Object.entries(found)) process.env[name] ||= value;
  }
  process.argv = [process.execPath, entry, ...args];
  await import(pathToFileURL(entry).href);
  return undefined;
}
