/**
 * The fonts of documents, embedded as far as they are used: Noto Sans for Latin, Greek, Cyrillic and Vietnamese, Noto Sans JP
 * for Japanese. Both are under the SIL Open Font License, and come with their packages.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as fontkit from 'fontkit';

export type FontName = 'regular' | 'bold' | 'japanese';

const require = createRequire(import.meta.url);
const FILES: Readonly<Record<FontName, string>> = {
  regular: require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'),
  japanese: require.resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
};

const opened = new Map<FontName, fontkit.Font>();

/** Read once a process, the Japanese one (5.5 MB) when the first name needs it. */
export function fontOf(name: FontName): fontkit.Font {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const font = fontkit.create(readFileSync(FILES[name])) as fontkit.Font;
  opened.set(name, font);
  return font;
}

export interface Run {
  readonly font: FontName;
  readonly text: string;
  /** Of ASCII alone. */
  readonly isPlain: boolean;
}

/** Plain ASCII is in every font: no need to ask. */
const ASCII = /^[\x20-\x7e]*$/;

/**
 * A line of text in runs of the first font that has its characters: the one that is wanted, then the Japanese one. What
 * neither has is shown by the wanted one as an empty box.
 */
export function runsOf(text: string, wanted: 'regular' | 'bold'): Run[] {
  if (ASCII.test(text)) return [{ font: wanted, text, isPlain: true }];
  const runs: { font: FontName; text: string; isPlain: false }[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const font = has(wanted, code) || !has('japanese', code) ? wanted : 'japanese';
    const last = runs.at(-1);
    if (last !== undefined && (last.font === font || isMark(character))) last.text += character;
    else runs.push({ font, text: character, isPlain: false });
  }
  return runs;
}

const has = (name: FontName, code: number): boolean => fontOf(name).hasGlyphForCodePoint(code);

/** A combining mark belongs to the letter before it. */
const isMark = (character: string): boolean => /^\p{M}$/u.test(character);
