import { createServer } from 'node:net';
import { SetupError } from './launcher.js';

/** Asked on both addresses: some systems let one process have a port on loopback and another the same port everywhere. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port from `from` on, among `count`. */
export async function freePort(from: number, count = 200): Promise<number> {
  for (let port = from; port < from + count; port += 1) if (await isFree(port)) return port;
  throw new SetupError(`No free port between ${from} and ${from + count - 1}.`);
}

export interface ServicePorts {
  gateway: number;
  base: number;
  /** What was taken and made all of them move, or undefined when they are where they always are. */
  moved?: number[];
}

const DEFAULT_GATEWAY = 3000;
const DEFAULT_BASE = 3001;
/** Blocks tried when the usual one is taken: 3100, 3200 … 3900, so ten copies fit beside each other. */
const BLOCKS = Array.from({ length: 9 }, (_, index) => 3_100 + index * 100);

/**
 * Where the services listen. `offsets` are the distances from the base of those that run. Ports a person chose are
 * theirs to free: those are reported and never moved.
 */
export async function choosePorts(env: NodeJS.ProcessEnv, offsets: number[]): Promise<ServicePorts> {
  const gateway = readPort(env, 'PORT') ?? DEFAULT_GATEWAY;
  const base = readPort(env, 'ROLLCALL_PORT_BASE') ?? DEFAULT_BASE;
  const moved = await takenOf(gateway, base, offsets);
  if (moved.length === 0) return { gateway, base };
  if (env.PORT && env.ROLLCALL_PORT_BASE) throw takenError(moved);
  if (env.PORT && !(await isFree(gateway))) throw takenError([gateway]);
  const withoutGateway = moved.filter((port) => port !== gateway);
  if (env.ROLLCALL_PORT_BASE && withoutGateway.length > 0) throw takenError(withoutGateway);
  for (const block of BLOCKS) {
    const next = { gateway: env.PORT ? gateway : block, base: env.ROLLCALL_PORT_BASE ? base : block + 1 };
    if ((await takenOf(next.gateway, next.base, offsets)).length === 0) return { ...next, moved };
  }
  throw takenError(moved);
}

async function takenOf(gateway: number, base: number, offsets: number[]): Promise<number[]> {
  const ports = [gateway, ...offsets.map((offset) => base + offset)];
  const free = await Promise.all(ports.map((port) => isFree(port)));
  // A gateway inside the block of the services takes a port from one of them.
  return ports.filter((port, index) => !free[index] || ports.indexOf(port) !== index);
}

function takenError(ports: number[]): SetupError {
  const several = ports.length > 1;
  return new SetupError(
    `Port${several ? 's' : ''} ${ports.join(', ')} ${several ? 'are' : 'is'} taken. ` +
      'PORT moves the gateway (default 3000), ROLLCALL_PORT_BASE the services (default 3001 and the eight after it).',
  );
}

function readPort(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const value = env[name];
  if (!value) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port <= 65_500) return port;
  throw new SetupError(`${name} must be a port number between 1 and 65500, not "${value}".`);
}
