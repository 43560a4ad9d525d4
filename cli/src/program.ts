/** The commands of `rollcall`, and how they end: words for the person, a code for the script, never a stack. */
import { Command, CommanderError } from 'commander';
import { addBankKeys } from './commands/bank-keys.js';
import { addClass } from './commands/class.js';
import { addDead } from './commands/dead.js';
import { addIdentity } from './commands/identity.js';
import { addInvariants } from './commands/invariants.js';
import { addJobs } from './commands/jobs.js';
import { addLedger } from './commands/ledger.js';
import { addStripeWebhooks } from './commands/stripe-webhooks.js';
import { addTopology } from './commands/topology.js';
import type { Environment } from './config.js';
import { Refusal } from './refusal.js';

export function programOf(env: Environment): Command {
  const program = new Command('rollcall')
    .description("the operator's tool")
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  addClass(program, env);
  addInvariants(program, env);
  addDead(program, env);
  addStripeWebhooks(program, env);
  addJobs(program, env);
  addIdentity(program, env);
  addLedger(program, env);
  addBankKeys(program, env);
  addTopology(program, env);
  inherit(program);
  return program;
}

/** exitOverride and the hint after an error are not passed on to commands that were added before. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

/** Runs one command line, without node and script; the exit code. */
export async function runProgram(args: readonly string[], env: Environment): Promise<number> {
  try {
    await programOf(env).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof Refusal ? error.exitCode : 1;
  }
}
