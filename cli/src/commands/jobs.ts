import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { type Environment, stores } from '../config.js';
import { type Databases, knownStores, withDatabases } from '../databases.js';
import { askForJob, awaitJob, type Job, jobsOf } from '../jobs.js';
import { misuse, Refusal } from '../refusal.js';

interface Which {
  service?: string;
}
interface Run extends Which {
  wait: number;
  reason: string;
  as?: string;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 3_600)
    throw new InvalidArgumentError('It is a whole number of seconds from 1 to 3600.');
  return value;
};
const print = (line: string) => void process.stdout.write(`${line}\n`);

export function addJobs(program: Command, env: Environment): void {
  const jobs = program.command('jobs').description('timed work of the services');
  const service = `whose: ${stores.join(', ')}`;
  jobs
    .command('list')
    .description('what there is, when it is due (UTC), and how it went last')
    .option('--service <name>', service)
    .action((options: Which) => list(options, env));
  jobs
    .command('run <name>')
    .description('let a running replica do it now; ends with 1 unless it was done')
    .option('--service <name>', `${service}; needed where more than one have it`)
    .option('--wait <seconds>', 'how long to wait for its end', seconds, 60)
    .option('--reason <words>', 'why', 'run by hand')
    .option('--as <name>', "who does it (default: the operating system's user)")
    .action((name: string, options: Run) => run(name, options, env));
}

interface Found extends Job {
  readonly service: string;
}

async function found(databases: Databases, { service }: Which, env: Environment): Promise<Found[]> {
  const services = service === undefined ? knownStores(env) : [service];
  if (services.length === 0)
    throw new Refusal('no DATABASE_URL_… is set: start the system with npm start, or set them');
  const jobs: Found[] = [];
  for (const one of services)
    jobs.push(...(await jobsOf(await databases.of(one))).map((job) => ({ ...job, service: one })));
  return jobs;
}

const list = (options: Which, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    const jobs = await found(databases, options, env);
    for (const { service, name, pattern, lastAt, lastOutcome, lastSeconds, lastError } of jobs) {
      const last =
        lastAt === null
          ? 'not run yet'
          : `${lastAt.toISOString()} ${lastOutcome} in ${lastSeconds?.toFixed(3)} s${lastError === null ? '' : `: ${lastError.split('\n')[0]}`}`;
      print(`${service}  ${name}  ${pattern}  ${last}`);
    }
    if (jobs.length === 0) print('none: no service has started yet');
  });

const run = (name: string, { wait, reason, as, ...which }: Run, env: Environment): Promise<void> =>
  withDatabases(env, async (databases) => {
    const jobs = await found(databases, which, env);
    const mine = jobs.filter((job) => job.name === name);
    if (mine.length === 0)
      throw misuse(`there is no ${name}; there are ${[...new Set(jobs.map((job) => job.name))].join(', ')}`);
    if (mine.length > 1)
      throw misuse(`${mine.map(({ service }) => service).join(', ')} have ${name}: say whose with --service`);
    const words = reason.trim();
    if (words === '') throw misuse('--reason is empty');
    const db = await databases.of(mine[0]!.service);
    const id = await askForJob(db, name, { actor: as ?? userInfo().username, reason: words });
    const ran = await awaitJob(db, id, wait);
    print(`${name}: ${ran.outcome} in ${ran.seconds.toFixed(3)} s`);
    if (ran.outcome === 'error') throw new Refusal(ran.error ?? 'it failed');
  });
