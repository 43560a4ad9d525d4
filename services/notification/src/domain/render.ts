/** A draft as text and as HTML. The one place where HTML is made, so that nothing gets into it unescaped. */
import type { Draft, Words } from './letter.js';

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Frame {
  readonly language: string;
  readonly words: Words;
  readonly name: string | null;
  /** Base of links, without a slash at its end. */
  readonly publicUrl: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

/** A name or a title is one line: a line break would begin a paragraph, or a header, of its writer's choosing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

/** Headers have 998 characters at most, and nobody reads a subject that long. */
const SUBJECT = 200;

export function render(draft: Draft, frame: Frame): Rendered {
  const subject = [...oneLine(draft.subject)].slice(0, SUBJECT).join('');
  return { subject, text: textOf(draft, frame), html: htmlOf(draft, frame, subject) };
}

const linkOf = ({ path }: NonNullable<Draft['action']>, { publicUrl }: Frame): string => publicUrl + path;

function textOf(draft: Draft, frame: Frame): string {
  const { paragraphs, rows = [], action, closing = [] } = draft;
  const blocks = [
    frame.words.greeting(frame.name && oneLine(frame.name)),
    ...paragraphs.map(oneLine),
    ...(rows.length > 0
      ? [rows.map(([name, value]) => `- ${oneLine(name)}: ${oneLine(value)}`).join('\n')]
      : []),
    ...(action ? [`${action.label}:\n${linkOf(action, frame)}`] : []),
    ...closing.map(oneLine),
    frame.words.farewell,
  ];
  return `${blocks.join('\n\n')}\n`;
}

const STYLE =
  'font-family:sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;max-width:36em;margin:0 auto;padding:16px';

function htmlOf(draft: Draft, frame: Frame, subject: string): string {
  const { paragraphs, rows = [], action, closing = [] } = draft;
  const p = (text: string) => `<p>${escapeHtml(oneLine(text))}</p>`;
  const row = ([name, value]: readonly [string, string]) =>
    `<li><b>${escapeHtml(oneLine(name))}</b>: ${escapeHtml(oneLine(value))}</li>`;
  const link = action && escapeHtml(linkOf(action, frame));
  return [
    `<!doctype html><html lang="${frame.language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    `<body style="${STYLE}">`,
    p(frame.words.greeting(frame.name)),
    ...paragraphs.map(p),
    ...(rows.length > 0 ? [`<ul>${rows.map(row).join('')}</ul>`] : []),
    ...(action ? [`<p><a href="${link}">${escapeHtml(action.label)}</a><br><small>${link}</small></p>`] : []),
    ...closing.map(p),
    p(frame.words.farewell),
    '</body></html>',
    '',
  ].join('\n');
}
