/** Requests a minute: by user, or by address where no valid token came. In memory, so each replica counts its own. */
import { isIPv6 } from 'node:net';
import { limited } from '@rollcall/kit/errors';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface RateRules {
  readonly user: number;
  readonly address: number;
}

export interface Limits {
  /** Counts one request; says what is left in RateLimit-* headers. Throws 429. */
  ofUser(id: string, response: Response): Promise<void>;
  ofAddress(address: string, response: Response): Promise<void>;
}

const MINUTE = 60;

export function createLimits({ user, address }: RateRules): Limits {
  const users = new RateLimiterMemory({ points: user, duration: MINUTE });
  const addresses = new RateLimiterMemory({ points: address, duration: MINUTE });
  return {
    ofUser: (id, response) => count(users, id, response),
    ofAddress: (from, response) => count(addresses, networkOf(from), response),
  };
}

async function count(limiter: RateLimiterMemory, key: string, response: Response): Promise<void> {
  try {
    say(response, limiter.points, await limiter.consume(key));
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    say(response, limiter.points, error);
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw limited(
      `${limiter.points} requests a minute are the limit here. Try again in ${seconds} s.`,
      seconds,
    );
  }
}

function say(response: Response, limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): void {
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', Math.max(0, remainingPoints));
  response.setHeader('RateLimit-Reset', Math.ceil(msBeforeNext / 1000));
}

/** One subscriber has a whole /64 of IPv6: counted by address, the limit would be none. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array<string>(missing).fill('0'), ...(tail ? tail.split(':') : [])]
    .slice(0, 4)
    .join(':');
}
