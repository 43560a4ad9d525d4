import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { type Environment, stores } from '../config.js';
import { withDatabases } from '../databases.js';
import { deadEvents, discardDead, listDead, retryDead, showDead } from '../dead.js';
import { misuse } from '../refusal.js';

interface Which {
  service: string;
}
interface Act extends Which {
  id?: string[];
  all?: boolean;
  reason?: string;
  as?: string;
}

/** Dead letters one command takes: more than a person reads, few enough for one transaction. */
const MOST = 1_000;

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST}.`);
  return value;
};
const oneMore = (value: string, before: string[] = []) => [...before, value];
const print = (line: string) => void process.stdout.write(`${line}\n`);

export function addDead(program: Command, env: Environment): void {
  const dead = program.command('dead').description('messages that could not be handled');
  const command = (name: string, says: string) =>
    dead
      .command(name)
      .description(says)
      .requiredOption('--service <name>', `whose (required): ${stores.join(', ')}`);

  command('list', 'the oldest dead letters')
    .option('--limit <n>', 'at most so many', count, 100)
    .action(({ service, limit }: Which & { limit: number }) =>
      withDatabases(env, async (databases) => list(await listDead(await databases.of(service), limit))),
    );
  command('show', 'one dead letter with its body')
    .requiredOption('--id <id>', 'as dead list shows it (required)')
    .action(({ service, id }: Which & { id: string }) =>
      withDatabases(env, async (databases) => show(await showDead(await databases.of(service), id))),
    );
  const acting = (name: string, says: string) =>
    command(name, says)
      .option('--id <id>', 'as dead list shows it (repeatable)', oneMore)
      .option('--as <name>', "who does it (default: the operating system's user)")
      .option('--reason <words>', 'why');
  acting('retry', 'try them again from the start')
    .option('--all', `all dead events of the service, at most ${MOST}`)
    .action((options: Act) => retry(options, env));
  acting('discard', 'give them up for good').action((options: Act) => discard(options, env));
}

function list(letters: Awaited<ReturnType<typeof listDead>>): void {
  for (const { id, type, attempts, receivedAt, error } of letters)
    print(
      `${id}  ${type}  ${receivedAt.toISOString()}  ${attempts} tries  ${error.split('\n')[0]?.slice(0, 200)}`,
    );
  if (letters.length === 0) print('none');
}

function show({ id, type, attempts, receivedAt, error, body }: Awaited<ReturnType<typeof showDead>>): void {
  print(`${id}  ${type}  ${receivedAt.toISOString()}  ${attempts} tries\n\n${error}\n\n${body}`);
}

const operatorOf = ({ as }: Act): string => as ?? userInfo().username;

function retry(options: Act, env: Environment): Promise<void> {
  return withDatabases(env, async (databases) => {
    const db = await databases.of(options.service);
    const ids = options.all ? await deadEvents(db, MOST) : idsOf(options);
    await retryDead(db, ids, { actor: operatorOf(options), reason: options.reason ?? 'tried again by hand' });
    print(`${ids.length} put back`);
  });
}

function discard(options: Act, env: Environment): Promise<void> {
  const reason = options.reason?.trim();
  if (!reason)
    throw misuse('dead discard needs --reason: what is given up has to be explained to somebody later');
  return withDatabases(env, async (databases) => {
    const ids = idsOf(options);
    await discardDead(await databases.of(options.service), ids, { actor: operatorOf(options), reason });
    print(`${ids.length} discarded`);
  });
}

function idsOf({ id = [] }: Act): string[] {
  if (id.length === 0) throw misuse('say which with --id');
  if (id.length > MOST) throw misuse(`at most ${MOST} at once`);
  return [...new Set(id)];
}
