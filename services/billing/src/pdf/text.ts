/** Text on a page: wrapped to a width, on one baseline whatever fonts a line needs. All lengths are points. */
import type PDFDocument from 'pdfkit';
import { type FontName, fontOf, type Run, runsOf } from './fonts.js';

export interface Style {
  readonly font: 'regular' | 'bold';
  readonly size: number;
  readonly colour: string;
}

type Document = InstanceType<typeof PDFDocument>;

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly align?: 'left' | 'right';
  readonly most?: number;
}

export interface Pen {
  readonly doc: Document;
  /** Lines no wider than `width`: broken at spaces, and within what is wider than a line by itself. */
  wrap(text: string, style: Style, width: number): string[];
  /** Writes one line with its baseline at `y`; `x` is its left end, or its right one. Smaller, where `most` asks for it. */
  write(text: string, style: Style, at: Place): void;
}

/** What moves the pen and is no character, and what turns the direction of the text after it. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
const plain = (text: string): string => text.replace(UNSEEN, ' ').trim().normalize('NFC');

/** Letters that are one character stay one: taken apart for the font, they could be seen but not copied. */
const AS_TYPED = { features: { ccmp: false } as never };

export function penFor(doc: Document): Pen {
  const registered = new Set<FontName>();
  const take = (font: FontName, size: number): Document => {
    if (!registered.has(font)) doc.registerFont(font, fontOf(font) as unknown as string);
    registered.add(font);
    return doc.font(font).fontSize(size);
  };
  const width = (text: string, { font, size }: Style): number =>
    runsOf(text, font).reduce(
      (all, run) => all + take(run.font, size).widthOfString(run.text, optionsOf(run)),
      0,
    );

  return {
    doc,
    wrap: (text, style, most) => wrapped(plain(text), most, (part) => width(part, style)),
    write: (text, style, { x, y, align = 'left', most = Number.POSITIVE_INFINITY }) => {
      const line = plain(text);
      const wide = align === 'right' || Number.isFinite(most) ? width(line, style) : 0;
      const scale = wide > most ? most / wide : 1;
      let left = align === 'left' ? x : x - wide * scale;
      const runs = runsOf(line, style.font);
      for (const [n, run] of runs.entries()) {
        take(run.font, style.size * scale).fillColor(style.colour);
        doc.text(run.text, left, y, { ...optionsOf(run), lineBreak: false, baseline: 'alphabetic' });
        if (n < runs.length - 1) left += doc.widthOfString(run.text, optionsOf(run));
      }
    },
  };
}

const optionsOf = ({ isPlain }: Run): object => (isPlain ? {} : AS_TYPED);

function wrapped(text: string, most: number, width: (part: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= most) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (width(line) > most) {
      const fits = charactersIn(line, most, width);
      lines.push(fits);
      line = line.slice(fits.length);
    }
  }
  return [...lines, line];
}

/** As much of a word as fits, at least a character: Japanese has no spaces, and an address of the web may be long. */
function charactersIn(word: string, most: number, width: (part: string) => number): string {
  let fits = '';
  for (const character of word) {
    if (fits !== '' && width(fits + character) > most) break;
    fits += character;
  }
  return fits;
}
