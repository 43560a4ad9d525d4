/** The app's words: a namespace for each area, both languages in the area's own chunk. */
import dayjs from 'dayjs';
import 'dayjs/locale/uk';
import i18next from 'i18next';
import { useEffect } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Area, Words } from './areas.js';
import { common as commonEn } from './en/common.js';
import { common as commonUk } from './uk/common.js';

export const LANGUAGES = { en: 'English', uk: 'Українська' } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = 'rollcall-language';

const isLanguage = (tag: string | null | undefined): tag is Language => tag != null && tag in LANGUAGES;

/** What was chosen here, else the first of the browser's that there is. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

void i18next.use(initReactI18next).init({
  lng: preferred(),
  fallbackLng: 'en',
  ns: ['common'],
  defaultNS: 'common',
  resources: { en: { common: commonEn }, uk: { common: commonUk } },
  interpolation: { escapeValue: false }, // React escapes
  initAsync: false,
});

/** Called by an area's routes as they are loaded. */
export function addWords<A extends Area>(area: A, words: { en: Words[A]; uk: object }): void {
  i18next.addResourceBundle('en', area, words.en);
  i18next.addResourceBundle('uk', area, words.uk);
}

/** `const t = useWords('student'); t('wallet.title')`: the area's keys, typed. For what all areas share: 'common'. */
export const useWords = <A extends Area>(area: A) => useTranslation(area).t;

/** The reader's locale for Intl: his own variant of the language, such as en-GB, where his browser names one. */
export const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag.slice(0, 2) === language) ?? language;

export function useLanguage() {
  const { i18n } = useTranslation();
  const language: Language = isLanguage(i18n.language) ? i18n.language : 'en';
  useEffect(() => {
    document.documentElement.lang = language;
    dayjs.locale(language);
  }, [language]);
  const choose = (next: Language) => {
    localStorage.setItem(KEPT, next);
    void i18n.changeLanguage(next);
  };
  return { language, locale: localeOf(language), choose };
}
