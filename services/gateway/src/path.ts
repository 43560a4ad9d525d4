import { invalid } from '@rollcall/kit/errors';

export interface Where {
  readonly segments: readonly string[];
  /** The query as it came, with its question mark; empty without one. */
  readonly search: string;
}

/** Visible ASCII but `#`, which a request target cannot hold. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
/** NUL and its kin, and separators that came in encoded: another parser might see other segments. */
const UNSAFE = /[\p{Cc}/\\]/u;

/**
 * The decoded segments of a request target. A trailing slash is dropped. Throws 400 for what two parsers may read in
 * two ways: dot segments, encoded slashes, backslashes, control characters, broken percent-encoding.
 */
export function readTarget(target: string): Where {
  // Servers must accept the absolute form too (RFC 9112, 3.2.2).
  const relative = target.replace(/^https?:\/\/[^/?#]+(?=\/)/i, '');
  if (!TARGET.test(relative)) throw broken('The path holds characters that must be percent-encoded.');
  const mark = relative.indexOf('?');
  const path = mark === -1 ? relative : relative.slice(0, mark);
  const raw = path.slice(1).split('/');
  if (raw.length > 1 && raw.at(-1) === '') raw.pop();
  return { segments: raw.map(decode), search: mark === -1 ? '' : relative.slice(mark) };
}

function decode(segment: string): string {
  const text = segment.includes('%') ? decodePercent(segment) : segment;
  if (text === '.' || text === '..') throw broken('Send the path without dot segments.');
  if (UNSAFE.test(text))
    throw broken('A segment of the path holds a slash, a backslash or a control character.');
  return text;
}

function decodePercent(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw broken('The path has a percent sign that begins no UTF-8 character.', error);
  }
}

function broken(detail: string, cause?: unknown): Error {
  const error = invalid('broken-path', detail);
  error.cause = cause;
  return error;
}
