import { type Run, SetupError } from './launcher.js';
import { unpackDebianBroker } from './rabbitmq-debian.js';
import { installedBroker, startNode } from './rabbitmq-node.js';
import { probe } from './rabbitmq-probe.js';
import { checkoutMark } from './state.js';

export interface Broker {
  url: string;
  label: string;
  /** Not ours alone: what we declare on it carries the checkout's mark. */
  shared: boolean;
  ended?: Promise<number | Error>;
}

export interface BrokerOptions {
  env: NodeJS.ProcessEnv;
  /** Under it a node of our own keeps its data and its logs. */
  dir: string;
  throwAway: boolean;
  /** Where a node of our own listens when it comes back to where it was; else the first port that is free. */
  port?: number;
}

/** A way to a broker: the broker, or why this way is closed here. */
export type Way = (run: Run, options: BrokerOptions) => Promise<Broker | string>;

/** In the order tried. */
const privateWays: Record<string, Way> = {
  installed: async (run, options) => {
    const programs = await installedBroker(options.env);
    return typeof programs === 'string' ? programs : startNode(run, programs, options);
  },
  debian: async (run, options) => {
    const programs = await unpackDebianBroker(run, options);
    return typeof programs === 'string' ? programs : startNode(run, programs, options);
  },
};

/** ROLLCALL_BROKER names one of them to try no other. */
const ways: Record<string, Way> = { found: findOnStandardPort, ...privateWays };

/** A node of the caller's own, to be stopped as it likes: never one that was found or given. */
export async function startPrivateRabbit(
  run: Run,
  options: BrokerOptions,
  among = privateWays,
): Promise<Broker> {
  const reasons: string[] = [];
  for (const way of Object.values(among)) {
    const result = await way(run, options);
    if (typeof result !== 'string') return result;
    reasons.push(result);
  }
  throw new SetupError(
    `A RabbitMQ that may be stopped is needed here, beside any other, and there is no way to start one:
${reasons.map((reason) => `  - ${reason}`).join('\n')}
Install its program (brew install rabbitmq, sudo apt install rabbitmq-server, sudo dnf install rabbitmq-server): it need not run.`,
  );
}

export async function findOrStartRabbit(run: Run, options: BrokerOptions, among = ways): Promise<Broker> {
  const { AMQP_URL, ROLLCALL_BROKER } = options.env;
  if (AMQP_URL) return useGiven(AMQP_URL);
  const chosen = ROLLCALL_BROKER ? [ROLLCALL_BROKER] : Object.keys(among);
  const reasons: string[] = [];
  for (const name of chosen) {
    const way = among[name];
    if (!way) throw new SetupError(`ROLLCALL_BROKER must be one of ${Object.keys(among).join(', ')}.`);
    const result = await way(run, options);
    if (typeof result !== 'string') return result;
    reasons.push(result);
  }
  throw new SetupError(choices(reasons));
}

async function useGiven(url: string): Promise<Broker> {
  try {
    const version = await probe(url);
    const { host } = new URL(url);
    return { url, label: `RabbitMQ ${version} (AMQP_URL) on ${host}`, shared: true };
  } catch (error) {
    throw new SetupError(
      `AMQP_URL is set, but the broker cannot be used: ${(error as Error).message}\n` +
        'Start it, correct AMQP_URL, or unset it to let Rollcall find or bring up one.',
    );
  }
}

async function findOnStandardPort(): Promise<Broker | string> {
  const url = 'amqp://guest:guest@127.0.0.1:5672';
  try {
    return { url, label: `RabbitMQ ${await probe(url)} (found) on 127.0.0.1:5672`, shared: true };
  } catch (error) {
    return `localhost:5672: ${(error as Error).message}`;
  }
}

const choices = (reasons: string[]) => `Rollcall needs a RabbitMQ and found no way to one:
${reasons.map((reason) => `  - ${reason}`).join('\n')}

Any one of these will do; then run the same command again:
  - point AMQP_URL at a broker:  AMQP_URL=amqp://user:password@host:5672 npm start
  - run one in Docker:           docker run -d -p 127.0.0.1:5672:5672 rabbitmq:4
  - install it on a Mac:         brew install rabbitmq
  - install it on Linux:         sudo apt install rabbitmq-server   or   sudo dnf install rabbitmq-server`;

/** Exchanges and queues begin with this. A virtual host of one's own cannot be made over AMQP. */
export const prefixOn = ({ shared }: Pick<Broker, 'shared'>, env: NodeJS.ProcessEnv): string =>
  env.ROLLCALL_PREFIX || (shared ? `rollcall-${checkoutMark}.` : 'rollcall.');
