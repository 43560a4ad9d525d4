import { type Dispatcher, Pool } from 'undici';

/** Milliseconds. A host that does not even answer the handshake is not there. */
const CONNECT_TIMEOUT = 2_000;
/** Milliseconds between two pieces of an answer. */
const BODY_TIMEOUT = 30_000;
/** Milliseconds for which a replica that failed is asked last. */
const REST = 5_000;
const READY_TIMEOUT = 2_000;

/** A request to a service, its body in hand. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

export interface Replicas {
  send(request: Outgoing, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  /** Does any of them say it is ready? */
  isReady(): Promise<boolean>;
  /** How each of them is, and its metrics as text. */
  look(): Promise<readonly Look[]>;
  close(): Promise<void>;
}

export interface Look {
  readonly address: string;
  readonly state: 'ready' | 'not-ready' | 'silent';
  readonly metrics: string;
}

interface Replica {
  readonly origin: string;
  readonly pool: Pool;
  restsUntil: number;
}

/** Several addresses of one service, taken in turn; `connections` bounds those to each, null leaves that to the caller. */
export function createReplicas(origins: readonly string[], connections: number | null = null): Replicas {
  const replicas = origins.map(
    (origin): Replica => ({
      origin,
      pool: new Pool(origin, {
        connections,
        // The caller's clock rules the time to the first byte.
        headersTimeout: 0,
        bodyTimeout: BODY_TIMEOUT,
        connect: { timeout: CONNECT_TIMEOUT },
      }),
      restsUntil: 0,
    }),
  );
  let turn = 0;

  const inTurn = (): Replica[] => {
    turn = (turn + 1) % replicas.length;
    const ordered = [...replicas.slice(turn), ...replicas.slice(0, turn)];
    const now = Date.now();
    const isFresh = (replica: Replica) => replica.restsUntil <= now;
    return [...ordered.filter(isFresh), ...ordered.filter((replica) => !isFresh(replica))];
  };

  return {
    send: (request, signal) => sendInTurn(inTurn(), request, signal),
    isReady: async () => (await Promise.all(replicas.map(isReady))).includes(true),
    look: () => Promise.all(replicas.map(lookAt)),
    close: async () => {
      await Promise.all(replicas.map(({ pool }) => pool.destroy()));
    },
  };
}

/**
 * Asks one replica, and the next where that is safe: the request never left (no connection), or it reads only. A read
 * gets a second try at a lone replica too, as a kept connection may have been closed at its other end.
 */
async function sendInTurn(
  replicas: readonly Replica[],
  request: Outgoing,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const readsOnly = request.method === 'GET' || request.method === 'HEAD';
  for (let tried = 0; ; tried += 1) {
    const replica = replicas[tried % replicas.length]!;
    try {
      return await replica.pool.request({
        ...request,
        method: request.method as Dispatcher.HttpMethod,
        signal,
      });
    } catch (error) {
      if (signal.aborted) {
        if (error instanceof TooSlow) replica.restsUntil = Date.now() + REST;
        throw error;
      }
      replica.restsUntil = Date.now() + REST;
      const tries = wasNotSent(error) ? replicas.length : readsOnly ? Math.max(replicas.length, 2) : 1;
      if (tried + 1 >= tries) throw error;
    }
  }
}

/** A service took longer than it may to begin its answer. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Did it fail before a byte of it left? */
export function wasNotSent(error: unknown): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return NO_CONNECTION.has(String(code)) || syscall === 'connect';
}

async function isReady({ pool }: Replica): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_TIMEOUT);
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/readyz', signal });
    await body.dump();
    return statusCode === 200;
  } catch {
    // Not there yet, or not well: either way not ready, and asked again.
    return false;
  }
}

/** Bytes of metrics that are read of one replica. */
const MOST_METRICS = 2_000_000;

async function lookAt({ origin, pool }: Replica): Promise<Look> {
  const address = new URL(origin).host;
  const get = async (path: string) => {
    const signal = AbortSignal.timeout(READY_TIMEOUT);
    const { statusCode, body } = await pool.request({ method: 'GET', path, signal });
    return { statusCode, text: await textOf(body) };
  };
  try {
    const [ready, metrics] = await Promise.all([get('/readyz'), get('/metrics')]);
    const text = metrics.statusCode === 200 ? metrics.text : '';
    return { address, state: ready.statusCode === 200 ? 'ready' : 'not-ready', metrics: text };
  } catch {
    return { address, state: 'silent', metrics: '' }; // that it does not answer is what is to be told
  }
}

/** Throws RangeError past what may be kept. */
export async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_METRICS) throw new RangeError('more than may be kept');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
