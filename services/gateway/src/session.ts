/**
 * A session for browsers that keep no token in storage: the refresh token goes into a cookie that no script can read, and
 * the page holds the access token in memory. Asked for with `x-session: cookie`; whoever does not ask sees no change.
 */
import { forbidden, invalid, unauthenticated } from '@rollcall/kit/errors';
import type { Request, Response } from 'express';
import type { Dispatcher } from 'undici';
import type { Target } from './table.js';

export interface SessionRules {
  /** Where browsers reach the gateway. */
  readonly publicUrl: URL;
  /** Origins of browser apps elsewhere that may call. */
  readonly origins: readonly string[];
  /** Believes an Origin that is the Host asked for, whatever the public address: not in production. */
  readonly anyHost: boolean;
}

/** What a route has to do with the cookie. */
const PART: Readonly<Record<string, 'begin' | 'renew' | 'end'>> = {
  '/auth/register': 'begin',
  '/auth/login': 'begin',
  '/auth/password': 'begin',
  '/auth/refresh': 'renew',
  '/auth/logout': 'end',
  '/auth/logout-everywhere': 'end',
};

/** `/api/auth/…` answers as `/api/v1/auth/…` does, so it goes with both. No service is sent it. */
const PATH = '/api';
/** Seconds: no longer than a refresh token lives at identity, which has the last word. */
const LIFETIME = 30 * 86_400;

/** One request under such a session. */
export interface CookieSession {
  /** The body for identity: the cookie's token where the route takes one; undefined: what the caller sent. */
  readonly body: Buffer | undefined;
  /** Without the cookie there is nobody to sign out: answered here. */
  readonly isOver: boolean;
  /** The answer's body, its refresh token moved into the cookie. */
  answered(answer: Dispatcher.ResponseData, body: Buffer, response: Response): Buffer;
  end(response: Response): void;
}

/**
 * The session of a request that asks for one, else undefined. Throws 400 for a kind of session there is not, 403 where the
 * request does not come from a page that may (no form can send the header, and a browser tells the true Origin), and 401
 * to a renewal without a cookie.
 */
export function sessionOf(rules: SessionRules, target: Target, request: Request): CookieSession | undefined {
  const part = target.method === 'POST' ? PART[target.pattern] : undefined;
  const asked = request.headers['x-session'];
  if (part === undefined || asked === undefined) return undefined;
  if (asked !== 'cookie')
    throw invalid('unknown-session', 'Send x-session: cookie, or leave the header out.');
  if (!isOurs(rules, request)) {
    throw forbidden(
      'foreign-origin',
      'Sessions by cookie are for pages of this address. Leave x-session out.',
    );
  }
  const secure = rules.publicUrl.protocol === 'https:';
  const name = secure ? '__Secure-rollcall-session' : 'rollcall-session';
  const takesToken = target.pattern === '/auth/refresh' || target.pattern === '/auth/logout';
  const token = takesToken ? cookieOf(request.headers.cookie, name) : undefined;
  if (part === 'renew' && token === undefined) {
    throw unauthenticated('no-session', 'There is no session to go on with. Sign in.');
  }
  // A listed app may be of another site, whose browsers keep and send a Strict cookie to nobody. They take None with TLS alone.
  const isElsewhere = secure && request.headers.origin !== rules.publicUrl.origin;
  const attributes = `Path=${PATH}; HttpOnly; SameSite=${isElsewhere ? 'None' : 'Strict'}${secure ? '; Secure' : ''}`;
  const set = (response: Response, value: string, seconds: number) =>
    response.append('Set-Cookie', `${name}=${value}; Max-Age=${seconds}; ${attributes}`);
  const end = (response: Response) => void set(response, '', 0);
  return {
    body: token === undefined ? undefined : Buffer.from(JSON.stringify({ refreshToken: token })),
    isOver: target.pattern === '/auth/logout' && token === undefined,
    end,
    answered(answer, body, response) {
      if (part === 'end' ? answer.statusCode < 400 : part === 'renew' && answer.statusCode === 401)
        end(response);
      if (part === 'end' || answer.statusCode >= 300) return body;
      const { refreshToken, ...rest } = JSON.parse(body.toString()) as Record<string, unknown>;
      if (typeof refreshToken !== 'string')
        throw new Error(`${target.pattern} answered without a refresh token`);
      set(response, encodeURIComponent(refreshToken), LIFETIME);
      return Buffer.from(JSON.stringify(rest));
    },
  };
}

function isOurs({ publicUrl, origins, anyHost }: SessionRules, { headers }: Request): boolean {
  const { origin, host } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (origin === publicUrl.origin || origins.some((one) => new URL(one).origin === origin)) return true;
  return anyHost && new URL(origin).host === host;
}

/** As long as a token may be that identity reads at all. */
const COOKIE = /^[\w.~%+/=-]{1,500}$/;

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    const text = value.join('=');
    if (key !== name || !COOKIE.test(text)) continue;
    try {
      return decodeURIComponent(text);
    } catch {
      return undefined; // not one that we have set
    }
  }
  return undefined;
}
