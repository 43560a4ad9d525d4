/** Signs a webhook as the video server does and delivers it as the video server does: again after a 5xx, never after a 4xx. */
import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.js';

export interface Door {
  /** The attendance service's own address; several, separated by commas, are taken in turn. */
  readonly urls: string;
  readonly key: string;
  readonly secret: string;
  /** How often a webhook is sent at most, as the video server does unless said. */
  readonly tries?: number;
  /** Seconds by which the sender's clock is ahead of ours. */
  readonly clockAhead?: number;
}

const TRIES = 5;
/** Milliseconds; the video server gives up after about 15 s. */
const PAUSE = 500;
const TIMEOUT = 10_000;

export async function post(door: Door, body: string): Promise<void> {
  const urls = urlsOf(door);
  let trouble = '';
  for (let attempt = 0; attempt < (door.tries ?? TRIES); attempt += 1) {
    if (attempt > 0) await sleep(PAUSE * attempt);
    const url = urls[attempt % urls.length]!;
    const answer = await send(url, body, signatureOf(door, body));
    if (answer.status < 300) return;
    trouble = `${url} ${answer.words}`;
    if (answer.status < 500) break;
  }
  throw new Refusal(`a webhook was not taken: ${trouble}`);
}

/** Posts a body under the signature of another one: the door has to refuse it. */
export async function postForged(door: Door, body: string, signed: string): Promise<void> {
  const url = urlsOf(door)[0]!;
  const { status, words } = await send(url, body, signatureOf(door, signed));
  if (status !== 401) throw new Refusal(`a forged webhook was not refused: ${url} ${words}`);
}

const urlsOf = ({ urls }: Door): string[] =>
  urls.split(',').map((url) => `${url.trim().replace(/\/$/, '')}/api/v1/webhooks/livekit`);

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * HS256 over the SHA-256 of the bytes, five minutes long. By hand and not by the SDK's AccessToken, which has no way to
 * say that the video server's clock is not ours; the SDK's receiver reads it in the tests.
 */
export function signatureOf({ key, secret, clockAhead = 0 }: Door, body: string): string {
  const now = Math.floor(Date.now() / 1_000) + clockAhead;
  const sha256 = createHash('sha256').update(body).digest('base64');
  const signed = `${part({ alg: 'HS256' })}.${part({ iss: key, nbf: now, exp: now + 300, sha256 })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Status 599: nobody answered, which is worth another try. */
async function send(url: string, body: string, token: string): Promise<{ status: number; words: string }> {
  const headers = { 'content-type': 'application/webhook+json', authorization: token };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) });
    return {
      status: answer.status,
      words: `answered ${answer.status} ${(await answer.text()).slice(0, 300)}`,
    };
  } catch (error) {
    return { status: 599, words: `cannot be reached (${reasonOf(error)})` };
  }
}

/** fetch says 'fetch failed' and keeps the reason to itself. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
};
