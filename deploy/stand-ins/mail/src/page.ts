/** The page that shows what came: a list, one letter with its text and its HTML, and all of them as JSON. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Letter } from './mail.js';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** A letter is somebody else's HTML: it is shown without scripts, forms, pictures from elsewhere, or this page's origin. */
const POLICIES = {
  page: "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'",
  letter: "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'self'",
};

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly policy: string;
  readonly body: string;
}

/** Names a browser may use for this machine: a page elsewhere whose name was turned to this address reads nothing. */
const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

export function answer(letters: readonly Letter[], request: IncomingMessage, response: ServerResponse): void {
  const { status, type, policy, body } = answerOf(letters, request);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  response.end(body);
}

function answerOf(letters: readonly Letter[], { method, url = '/', headers }: IncomingMessage): Answer {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  if (!HOSTS.includes(host)) return plain(403, 'This page is for this machine alone.');
  if (method !== 'GET') return plain(405, 'Only to be looked at.');
  // Joined, not resolved: `//` would name another host, and one without a name throws.
  const asked = `http://127.0.0.1${url}`;
  if (!URL.canParse(asked)) return plain(400, 'This is no address of a page.');
  const { pathname, searchParams } = new URL(asked);
  if (pathname === '/') return html(listPage(letters));
  if (pathname === '/letters') return json(ofAddress(letters, searchParams.get('to')));
  const [, id, part] = /^\/letters\/(\d{1,9})(\/html)?$/.exec(pathname) ?? [];
  const letter = letters.find((one) => String(one.id) === id);
  if (letter === undefined) return plain(404, 'There is no such letter, or it is no longer kept.');
  return part === undefined ? html(letterPage(letter)) : html(letter.html, POLICIES.letter);
}

const plain = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain',
  policy: POLICIES.page,
  body,
});
const html = (body: string, policy = POLICIES.page): Answer => ({
  status: 200,
  type: 'text/html',
  policy,
  body,
});
const json = (value: unknown): Answer => ({
  status: 200,
  type: 'application/json',
  policy: POLICIES.page,
  body: JSON.stringify(value),
});

/** Those to one address, or all of them. */
const ofAddress = (letters: readonly Letter[], to: string | null): readonly Letter[] =>
  to === null ? letters : letters.filter((one) => one.to.includes(to));

const HEAD =
  '<!doctype html><meta charset="utf-8"><title>Letters</title><style>body{font-family:sans-serif;max-width:60em;margin:1em auto;padding:0 1em}td,th{text-align:left;padding:.2em 1em .2em 0}pre{white-space:pre-wrap;background:#f4f4f4;padding:1em}iframe{width:100%;height:30em;border:1px solid #ccc}</style>';

function listPage(letters: readonly Letter[]): string {
  const row = ({ id, to, subject, at }: Letter) =>
    `<tr><td>${at.slice(11, 19)}</td><td>${escapeHtml(to.join(', '))}</td><td><a href="/letters/${id}">${escapeHtml(subject)}</a></td></tr>`;
  const rows = [...letters].reverse().map(row);
  const table = `<table><tr><th>UTC</th><th>To</th><th>Subject</th></tr>${rows.join('')}</table>`;
  return `${HEAD}<h1>Letters</h1><p>Nothing of this was sent on. The newest first; load the page again for more.</p>${letters.length === 0 ? '<p>None yet.</p>' : table}`;
}

const letterPage = ({ id, from, to, subject, at, text }: Letter): string =>
  `${HEAD}<p><a href="/">All letters</a></p><h1>${escapeHtml(subject)}</h1><p>From ${escapeHtml(from)} to ${escapeHtml(to.join(', '))}, ${at}</p><pre>${escapeHtml(text)}</pre><iframe sandbox="allow-popups" src="/letters/${id}/html" title="The letter as HTML"></iframe>`;
