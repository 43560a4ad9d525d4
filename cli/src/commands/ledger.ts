import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { Environment } from '../config.js';
import { withDatabases } from '../databases.js';
import { republishLedger, type Verified, verifyLedger } from '../ledger.js';
import { Refusal } from '../refusal.js';

interface Range {
  from: number;
  to?: number;
}

const seq = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It is the number of a seal.');
  return value;
};

const print = (line: string) => void process.stdout.write(`${line}\n`);

export function addLedger(program: Command, env: Environment): void {
  const ledger = program.command('ledger').description('the sealed ledger');
  ledger
    .command('verify')
    .description('compute its hash chain anew from the entries; ends with 1 where one does not fit')
    .option('--from <seq>', 'the first seal to look at', seq, 1)
    .option('--to <seq>', 'the last one (default: the last there is)', seq)
    .action((range: Range) =>
      withDatabases(env, async (databases) =>
        report(await verifyLedger(await databases.of('wallet'), range)),
      ),
    );
  ledger
    .command('republish')
    .description('have its seals published to the stream again, from one of them to the last')
    .requiredOption('--from <seq>', 'the first seal (required)', seq)
    .requiredOption('--reason <words>', 'why (required)')
    .option('--as <name>', "who does it (default: the operating system's user)")
    .action(({ from, reason, as }: { from: number; reason: string; as?: string }) =>
      withDatabases(env, async (databases) => {
        const operator = { reason, actor: as ?? userInfo().username };
        await republishLedger(await databases.of('wallet'), from, operator);
        print(`from ${from} on everything is published again; who follows drops what is repeated`);
      }),
    );
}

function report({ from, tip, fault }: Verified): void {
  if (tip.seq >= from) print(`${from} to ${tip.seq} fit; the last hash is ${tip.hash}`);
  else if (fault === undefined) print('nothing is sealed there yet');
  if (fault !== undefined) throw new Refusal(`the ledger is broken at ${fault.seq}: ${fault.reason}`);
}
