/** The web app's files, as they were built: read once, compressed once, and found by their exact path or not at all. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import { readTarget } from './path.js';

export interface WebApp {
  readonly files: ReadonlyMap<string, WebFile>;
  /** The page of every address in the app, cut where its nonce goes. */
  readonly page: readonly string[];
}

/** Whom a page may reach but us. */
export interface Elsewhere {
  readonly liveKitUrl: string;
  /** By the card provider's own script. */
  readonly takesCards: boolean;
}

interface WebFile {
  readonly type: string;
  readonly isHashed: boolean;
  readonly etag: string;
  /** The bytes by content coding; '' as they are. */
  readonly bytes: ReadonlyMap<'br' | 'gzip' | '', Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const TEXT = /^text|json|svg/;
/** Bytes of all files together: they are kept in memory. */
const MOST = 64 * 1024 * 1024;
const NONCE = '__CSP_NONCE__';
/** What the build names after its content: it never changes under its name. */
const HASHED = /^assets\/.*[-.][\w-]{8,}\.\w+$/;

/** Reads what was built into `root`; undefined without an index.html there. Throws when it is too much to keep. */
export function readWebApp(root: string): WebApp | undefined {
  if (!existsSync(join(root, 'index.html'))) return undefined;
  const files = new Map<string, WebFile>();
  let total = 0;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).split(sep).join('/');
    const type = TYPES[extname(name)];
    if (!entry.isFile() || type === undefined || name === 'index.html') continue;
    const bytes = readFileSync(path);
    total += bytes.length;
    if (total > MOST) throw new Error(`${root} holds more than ${MOST} bytes: is it what was built?`);
    files.set(name, fileOf(name, type, bytes));
  }
  return { files, page: readFileSync(join(root, 'index.html'), 'utf8').split(NONCE) };
}

function fileOf(name: string, type: string, plain: Buffer): WebFile {
  const bytes = new Map<'br' | 'gzip' | '', Buffer>([['', plain]]);
  if (TEXT.test(type) && plain.length > 1024) {
    // Not the best there is: it is done at each start, while somebody waits for it.
    bytes.set('br', brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }));
    bytes.set('gzip', gzipSync(plain));
  }
  const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { type, isHashed: HASHED.test(name), etag, bytes };
}

/** Answers a file of the app, and its page to a browser that asks for any other address outside the API. */
export function web({ files, page }: WebApp, elsewhere: Elsewhere): RequestHandler {
  const policyWith = policyFor(elsewhere);
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const { segments } = readTarget(request.url);
    const file = files.get(segments.join('/'));
    if (file !== undefined) return sendFile(file, request, response);
    const isOurs = segments[0] === 'api' || segments[0] === '.well-known' || segments[0] === 'assets';
    // What takes anything, a tool or a fetch, is better served by a plain 404; a browser's address bar asks for HTML.
    if (isOurs || request.accepts(['json', 'html']) !== 'html') return next();
    sendPage(page, policyWith, response);
  };
}

function sendFile({ type, isHashed, etag, bytes }: WebFile, request: Request, response: Response): void {
  const wanted = request.acceptsEncodings(['br', 'gzip', 'identity']) || 'identity';
  const coding = bytes.has(wanted as 'br') ? (wanted as 'br' | 'gzip') : '';
  // A strong one names bytes, and each coding has its own.
  const tag = coding === '' ? `"${etag}"` : `"${etag}-${coding}"`;
  response.set({
    'Content-Type': type,
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: tag,
  });
  if (bytes.size > 1) response.vary('Accept-Encoding');
  const known = request.headers['if-none-match']?.split(/\s*,\s*/) ?? [];
  if (known.includes(tag) || known.includes(`W/${tag}`)) return void response.status(304).end();
  if (coding !== '') response.set('Content-Encoding', coding);
  const body = bytes.get(coding)!;
  response.set('Content-Length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** No ETag: a 304 would give a kept page, with the nonce of then, the policy of now. */
function sendPage(page: readonly string[], policyWith: (nonce: string) => string, response: Response): void {
  const nonce = randomBytes(16).toString('base64url');
  const policy = policyWith(nonce);
  const body = Buffer.from(page.join(nonce));
  response
    .set({
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy,
      'Content-Length': String(body.length),
    })
    .vary('Accept');
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The card provider's, as it asks for itself: its script comes from there alone, and its fields are frames of it. */
const PROVIDER = {
  scripts: ' https://js.stripe.com https://*.js.stripe.com',
  frames: ['frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com'],
  calls: ' https://api.stripe.com',
};
const NOBODY = { scripts: '', frames: [], calls: '' };

/** What a page may load and speak to, beside its own origin; `form-action` and the rest are for nobody else. */
function policyFor({ liveKitUrl, takesCards }: Elsewhere): (nonce: string) => string {
  const { scripts, frames, calls } = takesCards ? PROVIDER : NOBODY;
  const video = videoSources(liveKitUrl);
  return (nonce) =>
    [
      "default-src 'self'",
      `script-src 'self'${scripts}`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      `connect-src 'self' ${video}${calls}`,
      ...frames,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
      "form-action 'self'",
    ].join('; ');
}

/** The video server's client asks by HTTP before it connects. */
function videoSources(liveKitUrl: string): string {
  const { host, protocol } = new URL(liveKitUrl);
  const safe = protocol === 'wss:' || protocol === 'https:';
  return safe ? `wss://${host} https://${host}` : `ws://${host} http://${host}`;
}
