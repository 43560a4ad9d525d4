import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { Environment } from '../config.js';
import { withDatabases } from '../databases.js';
import { misuse } from '../refusal.js';
import {
  type DeadWebhook,
  deadWebhooks,
  listDeadWebhooks,
  retryDeadWebhooks,
  showDeadWebhook,
} from '../stripe-webhooks.js';

interface Act {
  id?: string[];
  all?: boolean;
  reason: string;
  as?: string;
}

/** Webhooks one command takes. */
const MOST = 1_000;

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST}.`);
  return value;
};
const oneMore = (value: string, before: string[] = []) => [...before, value];
const print = (line: string) => void process.stdout.write(`${line}\n`);

export function addStripeWebhooks(program: Command, env: Environment): void {
  const webhooks = program
    .command('stripe-webhooks')
    .description("the card provider's webhooks that could not be acted on");
  webhooks
    .command('list')
    .description('the oldest of them')
    .option('--limit <n>', 'at most so many', count, 100)
    .action(({ limit }: { limit: number }) =>
      withDatabases(env, async (databases) => {
        const dead = await listDeadWebhooks(await databases.of('billing'), limit);
        for (const one of dead) print(`${lineOf(one)}  ${one.error.split('\n')[0]?.slice(0, 200)}`);
        if (dead.length === 0) print('none');
      }),
    );
  webhooks
    .command('show')
    .description('one of them, with what it says of money; who paid is left out')
    .requiredOption('--id <id>', 'as list shows it (required)')
    .action(({ id }: { id: string }) =>
      withDatabases(env, async (databases) => {
        const { object, ...one } = await showDeadWebhook(await databases.of('billing'), id);
        print(`${lineOf(one)}\n\n${one.error}\n\n${JSON.stringify(object, null, 2)}`);
      }),
    );
  webhooks
    .command('retry')
    .description('have them acted on again, within seconds')
    .option('--id <id>', 'as list shows it (repeatable)', oneMore)
    .option('--all', `all of them, at most ${MOST}`)
    .option('--reason <words>', 'why', 'tried again by hand')
    .option('--as <name>', "who does it (default: the operating system's user)")
    .action((options: Act) => retry(options, env));
}

const lineOf = ({ id, type, receivedAt, attempts }: DeadWebhook): string =>
  `${id}  ${type}  ${receivedAt.toISOString()}  ${attempts} tries`;

const retry = ({ id = [], all, reason, as }: Act, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    if (!all && id.length === 0) throw misuse('say which with --id, or --all');
    if (id.length > MOST) throw misuse(`at most ${MOST} at once`);
    const db = await databases.of('billing');
    const ids = all ? await deadWebhooks(db, MOST) : [...new Set(id)];
    await retryDeadWebhooks(db, ids, { actor: as ?? userInfo().username, reason });
    print(`${ids.length} put back`);
  });
