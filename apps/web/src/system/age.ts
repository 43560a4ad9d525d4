import { useLanguage } from '../words/words.js';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Two of a unit and more are told in it: 90 s, 3 min, 47 hr. */
const ENOUGH = 2;

/** How long something has waited, from seconds, in the reader's locale. */
export function useAge(): (seconds: number) => string {
  const { locale } = useLanguage();
  return (seconds) => {
    const [unit, length] = UNITS.find(([, each]) => seconds >= ENOUGH * each) ?? ['second', 1];
    return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 0 }).format(
      seconds / length,
    );
  };
}
