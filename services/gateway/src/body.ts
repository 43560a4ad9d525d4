/**
 * Request bodies are taken whole before a service is called: 100 kB are cheap to keep, a caller who sends a byte a
 * second then holds no connection to a service nor looks like its failure, and a refused connection can be tried at
 * the next replica. Answers are streamed.
 */
import type { IncomingMessage } from 'node:http';
import { tooLarge, unavailable } from '@rollcall/kit/errors';
import { HttpError } from './problems.js';

export const BODY_LIMIT = 100 * 1024;
export const WEBHOOK_LIMIT = 1024 * 1024;

/** Bytes of bodies in flight, over all requests of a kind. */
export interface Memory {
  used: number;
  readonly most: number;
}

/** The caller hung up. Nobody's failure. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
}

export interface BodyRules {
  readonly limit: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly memory: Memory;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * The body, or undefined without one. Counts as the bytes come: 413 over the limit, 408 when they take too long, 503
 * when bodies in flight fill the memory set aside. `ask` is called when the body is wanted; what was counted is given
 * back by `release`.
 */
export async function readBody(
  request: IncomingMessage,
  rules: BodyRules,
  ask: () => void = () => {},
): Promise<{ body: Buffer | undefined; release: () => void }> {
  if (!hasBody(request)) return { body: undefined, release: () => {} };
  if (Number(request.headers['content-length']) > rules.limit) throw over(rules.limit);
  ask();
  let held = 0;
  const release = () => {
    rules.memory.used -= held;
    held = 0;
  };
  try {
    const body = await collect(request, rules, (bytes) => {
      held += bytes;
      rules.memory.used += bytes;
    });
    return { body: body.length > 0 ? body : undefined, release };
  } catch (error) {
    release();
    throw error;
  }
}

function collect(request: IncomingMessage, rules: BodyRules, hold: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      hold(chunk.length);
      chunks.push(chunk);
      if (size > rules.limit) fail(over(rules.limit));
      else if (rules.memory.used > rules.memory.most) fail(full());
    };
    const end = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    const gone = () => fail(new CallerGone());
    const fail = (error: Error) => settle(() => reject(error));
    const timer = setTimeout(() => fail(slow()), rules.timeout);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', gone).off('error', gone);
      // The rest flows away unread, so that the caller reaches the answer; the server's request timeout bounds it.
      request.on('error', () => {}).resume();
      finish();
    };
    request.on('data', take).on('end', end).on('close', gone).on('error', gone);
  });
}

const over = (limit: number): Error =>
  tooLarge('body-too-large', `Send less: the limit here is ${limit / 1024} kB.`);
const slow = (): Error =>
  new HttpError(408, 'body-too-slow', 'The body took too long to arrive. Send it again.', {
    Connection: 'close',
  });
const full = (): Error =>
  unavailable('gateway-busy', 'The gateway has too much in hand. Try again shortly.', 1);
