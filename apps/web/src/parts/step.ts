/** A decision's steps as the reader's language and locale have them. */
import { filled, readStep, type StepName } from '@rollcall/contracts/decision-steps';
import { format } from '@rollcall/contracts/money';
import { steps as uk } from '../words/uk/steps.js';
import type { Language } from '../words/words.js';
import { minorOf } from './minor.js';

const SENTENCES: Readonly<Partial<Record<Language, Readonly<Record<StepName, string>>>>> = { uk };

/** As it stands where it is in English already, or is no sentence that is known. */
export function stepIn(text: string, language: Language, locale: string): string {
  const sentences = SENTENCES[language];
  const step = sentences && readStep(text);
  if (!sentences || !step) return text;
  const figures = Object.entries(step.figures).map(([slot, figure]) => [slot, figureIn(figure, locale)]);
  return filled(sentences[step.name], Object.fromEntries(figures));
}

/** `10.00 USD` and `20.00 %` as the locale writes them. */
function figureIn(figure: string, locale: string): string {
  const [number = '', unit] = figure.split(' ');
  if (unit === undefined) return figure;
  if (unit === '%') {
    const share = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 2 });
    return share.format(Number(number) / 100);
  }
  const amount = minorOf(number, unit);
  return amount === undefined ? figure : format({ amount, currency: unit }, locale);
}
