/** A letter's content in words. Pure: the same content reads the same for ever, whoever sends it. */
import type { Content, Reader, Words } from './letter.js';
import { type Rendered, render } from './render.js';
import { languageOf, showFor } from './show.js';
import { de } from './words-de.js';
import { en } from './words-en.js';

/** English first: who reads none of these reads that. */
export const LANGUAGES: Readonly<Record<string, Words>> = { en, de };
const FALLBACK = 'en';

/** Characters of a name: longer ones are no names but texts. */
const NAME = 60;

/** Anybody can open an account for any address, under a name that is an advert: what proves an address says none. */
const nameIn = ({ kind }: Content, { name }: Reader): string | null =>
  kind === 'email-verification' || kind === 'password-reset' ? null : [...name].slice(0, NAME).join('');

/** `publicUrl` is the base of links. The content's tokens must be open by now. Throws for a currency that is none. */
export function compose(content: Content, reader: Reader, publicUrl: string): Rendered {
  const asked = languageOf(reader.locale);
  const language = asked !== undefined && Object.hasOwn(LANGUAGES, asked) ? asked : FALLBACK;
  const words = LANGUAGES[language] ?? en;
  const write = words.letters[content.kind] as (
    facts: unknown,
    show: unknown,
  ) => ReturnType<Words['letters']['reminder']>;
  const draft = write(content.facts, showFor(reader, language));
  return render(draft, {
    language,
    words,
    name: nameIn(content, reader),
    publicUrl: publicUrl.replace(/\/+$/, ''),
  });
}
