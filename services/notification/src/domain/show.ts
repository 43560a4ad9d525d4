/** Amounts, times and shares in a reader's own manner. */
import { format } from '@rollcall/contracts/money';
import type { Reader, Show } from './letter.js';

/** The reader's locale where it is of this language, else the language alone: dates must not speak another than the words. */
export function localeFor(locale: string, language: string): string {
  try {
    const [known] = Intl.getCanonicalLocales(locale);
    return known !== undefined && new Intl.Locale(known).language === language ? known : language;
  } catch {
    return language;
  }
}

/** The language of a locale, in lower case: `de` of `de-AT`. An unreadable one has none. */
export function languageOf(locale: string): string | undefined {
  try {
    return new Intl.Locale(locale).language;
  } catch {
    return undefined;
  }
}

/** The zone itself, or UTC where this Node does not know it: the letter names the zone, so it stays true. */
export function zoneFor(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

export function showFor(reader: Pick<Reader, 'locale' | 'timeZone'>, language: string): Show {
  const locale = localeFor(reader.locale, language);
  const moments = new Intl.DateTimeFormat(locale, {
    timeZone: zoneFor(reader.timeZone),
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const shares = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  return {
    money: (value) => format(value, locale),
    moment: (at) => moments.format(new Date(at)),
    share: (basisPoints) => shares.format(Math.floor(basisPoints / 10) / 1000),
  };
}
