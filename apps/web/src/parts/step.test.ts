import { expect, test } from '@jest/globals';
import { STEP_NAMES, type StepFigures, type StepName, stepText } from '@rollcall/contracts/decision-steps';
import { steps as uk } from '../words/uk/steps.js';
import { stepIn } from './step.js';

const spaced = (text: string) => text.replaceAll(/\s/g, ' ');

test('a step is told in the language of the page, its figures as the locale writes them', () => {
  const text = stepText('theRest', { amount: '10.00 USD', kept: '3.00 USD', rest: '7.00 USD' });
  expect(spaced(stepIn(text, 'uk', 'uk-UA'))).toBe(
    'Викладач отримує решту: 10,00 USD мінус 3,00 USD — це 7,00 USD.',
  );
  expect(spaced(stepIn(stepText('studentSeen', { seconds: 900, share: '25.00 %' }), 'uk', 'uk-UA'))).toBe(
    'Студент був на занятті 900 секунд, 25,00%.',
  );
  expect(stepIn(text, 'en', 'en-GB')).toBe(text);
});

test('what is no sentence that is known stands as it was said', () => {
  expect(stepIn('Said by a newer release.', 'uk', 'uk-UA')).toBe('Said by a newer release.');
});

test('every translation has the figures of its sentence', () => {
  const slots = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, slot]) => slot).sort();
  for (const name of STEP_NAMES) {
    const asked = new Set<string>();
    const figures = new Proxy({}, { get: (_none, slot) => asked.add(String(slot)) });
    stepText(name, figures as StepFigures<StepName>);
    expect([name, slots(uk[name])]).toEqual([name, [...asked].sort()]);
  }
});
