/** Signs a webhook as the video server does and delivers it as the video server does: again after a 5xx, never after a 4xx. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import { Refusal } from '../refusal.js';

export interface Door {
  /** The attendance service's own address; several, separated by commas, are taken in turn. */
  readonly urls: string;
  readonly key: string;
  readonly secret: string;
  /** How often a webhook is sent at most, as the video server does unless said. */
  readonly tries?: number;
}

const TRIES = 5;
/** Milliseconds; the video server gives up after about 15 s. */
const PAUSE = 500;
const TIMEOUT = 10_000;

export async function post(door: Door, body: string): Promise<void> {
  const urls = door.urls.split(',').map((url) => url.trim().replace(/\/$/, ''));
  let trouble = '';
  for (let attempt = 0; attempt < (door.tries ?? TRIES); attempt += 1) {
    if (attempt > 0) await sleep(PAUSE * attempt);
    const url = `${urls[attempt % urls.length]}/api/v1/webhooks/livekit`;
    const answer = await send(url, body, await tokenFor(door, body));
    if (answer.ok) return;
    trouble = `${url} ${answer.words}`;
    if (answer.final) break;
  }
  throw new Refusal(`a webhook was not taken: ${trouble}`);
}

/** HS256 over the SHA-256 of the bytes, five minutes long. */
async function tokenFor({ key, secret }: Door, body: string): Promise<string> {
  const token = new AccessToken(key, secret, { ttl: '5m' });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
}

async function send(
  url: string,
  body: string,
  token: string,
): Promise<{ ok: boolean; final: boolean; words: string }> {
  const headers = { 'content-type': 'application/webhook+json', authorization: token };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) });
    const words = answer.ok ? '' : `answered ${answer.status} ${(await answer.text()).slice(0, 300)}`;
    return { ok: answer.ok, final: answer.status < 500, words };
  } catch (error) {
    return { ok: false, final: false, words: `cannot be reached (${reasonOf(error)})` };
  }
}

/** fetch says 'fetch failed' and keeps the reason to itself. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
};
