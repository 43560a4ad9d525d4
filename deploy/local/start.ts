import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.js';
import { holderOf, launch, type Run, SetupError, start } from './launcher.js';
import { refuseArguments } from './no-arguments.js';
import { choosePorts, type ServicePorts } from './ports.js';
import { databaseName, ensureDatabase } from './postgres.js';
import { say, step } from './progress.js';
import { prefixOn } from './rabbitmq.js';
import { bringUpServers, type Servers } from './servers.js';
import {
  type AddressBook,
  cardStandIn,
  environmentOf,
  mailStandIn,
  mainOf,
  nodeFlags,
  offsetsOf,
  portOf,
  type ServiceSpec,
  services,
  standsInForCards,
  standsInForMail,
} from './services.js';
import { lastLines, readJson, stateDir, writeJson } from './state.js';
import { welcome } from './welcome.js';

export const addressBookFile = join(stateDir, 'running.json');
/** What `npm run reset` has to clear: kept when the system stops. */
export const lastUsedFile = join(stateDir, 'last-used.json');

/** A service is ready within 3 s on two cores when started alone, all of them together within 10. */
const READY_MS = 90_000;

const HELP = `npm start runs everything on this machine, with demo data, until Ctrl-C. It heeds:
  AMQP_URL             the RabbitMQ to use, instead of one on 127.0.0.1:5672, an installed one or the distribution's
  PORT                 where the gateway listens (3000)
  ROLLCALL_PORT_BASE   where the services listen, from this port on (3001)
and the settings of the services, in docs/settings.md. npm run reset drops the data.`;

export async function main(args: readonly string[] = []): Promise<number> {
  const refused = refuseArguments(args, HELP);
  if (refused !== undefined) return refused;
  let ready = false;
  const code = await launch((run) => runSystem(run, () => (ready = true)), { exclusive: 'start' });
  if (ready) rmSync(addressBookFile, { force: true });
  return ready && code > 128 ? 0 : code; // stopped by a signal, which is how it ends
}

async function runSystem(run: Run, onReady: () => void): Promise<number> {
  const began = performance.now();
  rmSync(addressBookFile, { force: true });
  const ports = await choosePorts(process.env, offsetsOf(process.env));
  if (ports.moved)
    say(`ports ${ports.moved.join(', ')} are taken: moved to ${ports.gateway} and ${ports.base} on`);
  const [servers] = await Promise.all([
    bringUpServers(run, { env: process.env, dir: stateDir, throwAway: false }),
    build(run, stateDir),
  ]);
  const book = await addressBook(servers, ports);
  writeJson(lastUsedFile, sharedOf(servers, book, readJson<LastUsed>(lastUsedFile)));
  if (book.mail) await runMail(run, ports, book.mail);
  await Promise.all([
    ...services.map((service) => runService(run, service, portOf(service, ports), book)),
    runCardProvider(run, book),
  ]);
  writeJson(addressBookFile, book);
  process.stdout.write(welcome(book, (performance.now() - began) / 1_000));
  onReady();
  const why = await Promise.race([
    gone('PostgreSQL', servers.database.ended),
    gone('RabbitMQ', servers.broker.ended),
  ]);
  if (!run.stop.aborted) throw new SetupError(`${why} has stopped; its log is in ${join(stateDir, 'logs')}.`);
  return 0;
}

/** What this checkout has made on servers that are not its own, for `npm run reset`. */
export interface LastUsed {
  server: string | null;
  queues: { amqp: string; prefix: string } | null;
}

const sharedOf = (
  { database, broker }: Servers,
  { amqp, prefix }: AddressBook,
  before: LastUsed | undefined,
): LastUsed => ({
  server: database.shared ? database.url : (before?.server ?? null),
  queues: broker.shared ? { amqp, prefix } : (before?.queues ?? null),
});

/** A server that was found is not watched: the services say themselves when they cannot reach it. */
const gone = (name: string, ended: Promise<unknown> | undefined): Promise<string> =>
  ended ? ended.then(() => name) : new Promise(() => undefined);

async function addressBook({ database, broker }: Servers, ports: ServicePorts): Promise<AddressBook> {
  const address = (service: ServiceSpec) => `http://127.0.0.1:${portOf(service, ports)}`;
  return step(async () => {
    const stores = services.filter((service) => service.stores);
    const databases: Record<string, string> = {};
    for (const { name } of stores) {
      databases[name] = await ensureDatabase(database, databaseName(name, database));
    }
    const value = {
      gateway: `http://127.0.0.1:${ports.gateway}`,
      services: Object.fromEntries(
        services
          .filter(({ offset }) => offset !== 'gateway')
          .map((service) => [service.name, address(service)]),
      ),
      databases,
      amqp: broker.url,
      prefix: prefixOn(broker, process.env),
      ...(standsInForMail(process.env) && {
        mail: {
          smtp: `smtp://127.0.0.1:${ports.base + mailStandIn.smtp}`,
          page: `http://127.0.0.1:${ports.base + mailStandIn.page}`,
        },
      }),
      ...(standsInForCards(process.env) && { cards: `http://127.0.0.1:${ports.base + cardStandIn.offset}` }),
    };
    return { line: `${stores.length} databases, queues under ${value.prefix}*`, value };
  });
}

/** Before the services: the first letters are written as soon as the demo accounts are there. */
async function runMail(
  run: Run,
  { base }: ServicePorts,
  { page }: NonNullable<AddressBook['mail']>,
): Promise<void> {
  await step(async () => {
    const log = join(stateDir, 'logs/mail.log');
    rmSync(log, { force: true });
    const { ended } = start(run, {
      name: 'mail stand-in',
      role: 'service',
      command: process.execPath,
      args: ['--enable-source-maps', mailStandIn.main],
      env: { SMTP_PORT: String(base + mailStandIn.smtp), PAGE_PORT: String(base + mailStandIn.page) },
      cwd: join(mailStandIn.main, '../..'),
      log,
    });
    await isReady(page, ended, 'the mail stand-in', log);
    return { line: `letters are caught, and shown on ${page}`, value: undefined };
  });
}

const runService = (run: Run, service: ServiceSpec, port: number, book: AddressBook): Promise<void> =>
  runProgram(run, {
    name: service.name,
    main: mainOf(service),
    ready: `http://127.0.0.1:${port}/readyz`,
    env: environmentOf(service, port, book, process.env),
  });

async function runCardProvider(run: Run, { cards, services: urls }: AddressBook): Promise<void> {
  if (cards === undefined) return;
  const { port } = new URL(cards);
  const env = { ...process.env, PORT: port, WEBHOOK_URL: `${urls.billing}/webhooks/stripe` };
  await runProgram(run, { name: 'cards', main: cardStandIn.main, ready: `${cards}/livez`, env });
}

interface Program {
  name: string;
  main: string;
  /** Answers with 200 once it is. */
  ready: string;
  env: NodeJS.ProcessEnv;
}

async function runProgram(run: Run, { name, main, ready, env }: Program): Promise<void> {
  await step(async () => {
    const log = join(stateDir, 'logs', `${name}.log`);
    rmSync(log, { force: true });
    const { ended } = start(run, {
      name,
      role: 'service',
      command: process.execPath,
      args: [...nodeFlags, main],
      env,
      cwd: join(main, '../..'),
      log,
    });
    await isReady(ready, ended, name, log);
    void ended.then((code) => {
      if (!run.stop.aborted) say(`${name} has stopped (${code}). The end of ${log}:\n${lastLines(log, 5)}`);
    });
    return { line: `${name} on ${new URL(ready).host}`, value: undefined };
  });
}

/** Waits until it says so itself; throws with the end of its log when it ends or takes too long. */
export async function isReady(
  url: string,
  ended: Promise<unknown>,
  name: string,
  log: string,
): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + READY_MS;
  while (!over && Date.now() < deadline) {
    const ready = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await sleep(50);
  }
  const why = over ? 'stopped at its start' : `was not ready within ${READY_MS / 1_000} s`;
  throw new SetupError(`${name} ${why}. The end of ${log}:\n${lastLines(log)}`);
}

/** Undefined when nothing runs, even where a killed launcher has left its address book behind. */
export const runningSystem = (): AddressBook | undefined =>
  holderOf('start') === undefined ? undefined : readJson<AddressBook>(addressBookFile);
