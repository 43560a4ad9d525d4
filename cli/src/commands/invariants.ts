import { type Command, InvalidArgumentError } from 'commander';
import { type Backlog, backlogs, check, type Finding, waitUntilQuiet } from '../check.js';
import { type Environment, stores } from '../config.js';
import { type Databases, knownStores, withDatabases } from '../databases.js';
import { Refusal } from '../refusal.js';

interface Options {
  /** true: without a number. */
  wait?: number | true;
}

const WAIT = 60;

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 3_600)
    throw new InvalidArgumentError('It is a whole number of seconds up to 3600.');
  return value;
};

export function addInvariants(program: Command, env: Environment): void {
  program
    .command('invariants')
    .description('what must hold in every database and between them')
    .command('check')
    .description('run every invariant; ends with 1 where one is violated')
    .option(
      '--wait [seconds]',
      'first wait until nothing is on its way any more (default: at most 60)',
      seconds,
    )
    .action((options: Options) => withDatabases(env, (databases) => run(databases, options, env)));
}

async function run(databases: Databases, { wait }: Options, env: Environment): Promise<void> {
  const services = knownStores(env);
  if (services.length === 0)
    throw new Refusal(
      `no DATABASE_URL_${stores[0]?.toUpperCase()} and its like is set: start the system with npm start`,
    );
  const patience = wait === true ? WAIT : wait;
  if (patience !== undefined && !(await waitUntilQuiet(databases, services, patience)))
    print(`still not quiet after ${patience} s: what is on its way counts against what must agree`);
  const backlog = await backlogs(databases, services);
  const findings = [...published(backlog), ...(await check(databases, services))];
  for (const finding of findings) report(finding);
  for (const one of backlog) reportBacklog(one);
  const violated = findings.filter(({ rows }) => rows.length > 0).length;
  print(`${findings.length - violated} hold, ${violated} violated`);
  for (const missing of stores.filter((service) => !services.includes(service)))
    print(`not looked at: ${missing}, whose database is not named`);
  if (violated > 0) throw new Refusal('invariants are violated');
}

const published = (backlog: readonly Backlog[]): Finding[] =>
  backlog.map(({ service, unpublished }) => ({
    scope: service,
    name: 'every event is published',
    rows: unpublished > 0 ? [`${unpublished} wait in the outbox`] : [],
  }));

const print = (line: string) => void process.stdout.write(`${line}\n`);

function report({ scope, name, rows }: Finding): void {
  print(`${rows.length === 0 ? 'ok      ' : 'VIOLATED'}  ${scope}: ${name}`);
  for (const row of rows) print(`            ${row}`);
}

function reportBacklog({ service, waiting, retrying, dead, parked }: Backlog): void {
  if (waiting + retrying + dead + parked === 0) return;
  print(
    `          ${service}: ${waiting} wait for an earlier fact, ${retrying} retried, ${dead} dead, ${parked} parked`,
  );
}
