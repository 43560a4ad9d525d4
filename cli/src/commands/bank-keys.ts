import { type Command, InvalidArgumentError } from 'commander';
import { askForRotation, countByKey, followRotation, type Rotation, rotationOf } from '../bank-keys.js';
import type { Environment } from '../config.js';
import { withDatabases } from '../databases.js';
import { Refusal } from '../refusal.js';
import { type By, operatorOf } from './acting.js';

interface Options extends By {
  to?: string;
  wait: number;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 3_600)
    throw new InvalidArgumentError('It is a whole number of seconds from 1 to 3600.');
  return value;
};

export function addBankKeys(program: Command, env: Environment): void {
  const keys = program.command('bank-keys').description("the keys that seal teachers' bank details");
  keys
    .command('status')
    .description('how many bank details each key seals')
    .action(() => status(env));
  keys
    .command('rotate')
    .description(
      'let the running wallet seal all bank details anew by its first key; ends with 1 unless all are',
    )
    .requiredOption('--reason <words>', 'why (required); it stands in the audit trail')
    .option('--as <name>', "who does it (default: the operating system's user)")
    .option('--to <key id>', 'only by this key: a wallet that seals by another one leaves it')
    .option('--wait <seconds>', 'give up waiting when nothing happens for so long', seconds, 60)
    .action((options: Options) => rotate(options, env));
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

const status = (env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    const db = await databases.of('wallet');
    const counts = await countByKey(db);
    for (const { key, withdrawals, stored } of counts)
      print(`${key}: ${withdrawals} of withdrawals, ${stored} stored`);
    if (counts.length === 0) print('no bank details are kept yet');
    const last = await rotationOf(db);
    if (last !== undefined) print(`the last rotation: ${wordsOf(last)}`);
  });

const wordsOf = ({ keyId, resealed, broken, endedAt }: Rotation): string => {
  const state = endedAt === null ? 'under way' : keyId === null ? 'never taken up' : 'ended';
  return `${state}${keyId === null ? '' : `, by ${keyId}: ${resealed} sealed anew, ${broken} do not open`}`;
};

const rotate = ({ to, wait, ...by }: Options, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    const db = await databases.of('wallet');
    const id = await askForRotation(db, to, operatorOf(by));
    print('asked for: a wallet takes it up within seconds');
    const done = await followRotation(db, id, { patience: wait, tell: (now) => print(wordsOf(now)) });
    print(wordsOf(done));
    const left = (await countByKey(db)).filter(({ key }) => key !== done.keyId);
    for (const { key, withdrawals, stored } of left)
      print(`still sealed by ${key}: ${withdrawals} of withdrawals, ${stored} stored`);
    if (left.length > 0)
      throw new Refusal(
        'not all were sealed anew: what does not open was changed by hand, or its key is in the list no more; or a ' +
          'replica still seals by another key',
      );
  });
