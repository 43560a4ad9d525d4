import type { Command } from 'commander';
import type { Environment } from '../config.js';
import { withDatabases } from '../databases.js';
import type { Operator } from '../dead.js';
import { askForNextKey, grantAdmin } from '../identity.js';
import { type By, operatorOf } from './acting.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** `users` and `keys`: what only somebody with the database may do, such as making the first admin. */
export function addIdentity(program: Command, env: Environment): void {
  const acting = (group: Command, name: string, says: string) =>
    group
      .command(name)
      .description(says)
      .requiredOption('--reason <words>', 'why (required); it stands in the audit trail')
      .option('--as <name>', "who does it (default: the operating system's user)");

  const users = program.command('users').description('accounts');
  acting(users, 'grant-admin', 'make an account an admin: the first one, or when none can sign in')
    .requiredOption('--email <address>', 'of the account (required)')
    .action(({ email, ...by }: By & { email: string }) => grant(email, operatorOf(by), env));

  const keys = program.command('keys').description('the keys that sign access tokens');
  acting(keys, 'rotate', 'ask identity for the next signing key').action((by: By) =>
    rotate(operatorOf(by), env),
  );
}

const grant = (email: string, operator: Operator, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    const isNew = await grantAdmin(await databases.of('identity'), email, operator);
    print(
      isNew ? `${email} is an admin from the next sign-in or refresh on` : `${email} is an admin already`,
    );
  });

const rotate = (operator: Operator, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    await askForNextKey(await databases.of('identity'), operator);
    print('asked for: identity publishes the next key within a minute and signs with it 15 minutes later');
  });
