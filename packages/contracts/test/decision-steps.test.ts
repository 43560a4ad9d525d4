import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readStep, STEP_NAMES, type StepFigures, type StepName, stepText } from '../src/decision-steps.js';

const number = fc.nat().map(String);
const share = fc.nat(10_000).map((points) => `${(points / 100).toFixed(2)} %`);
const amount = fc
  .tuple(fc.constantFrom('USD', 'JPY', 'KWD'), fc.nat())
  .map(([currency, minor]) => `${currency === 'JPY' ? minor : (minor / 100).toFixed(2)} ${currency}`);
const figure = fc.oneof(number, share, amount, fc.constant('referred-teacher-30'), fc.constant('720.5'));
/** Whatever slots there are. */
const figures = fc.array(figure, { minLength: 8, maxLength: 8 });

const slotsOf = (name: StepName): string[] => {
  const seen: string[] = [];
  stepText(name, new Proxy({}, { get: (_none, key) => seen.push(String(key)) }) as StepFigures<StepName>);
  return seen;
};

test('every sentence is read back as itself, with the figures it was given', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STEP_NAMES), figures, (name, values) => {
      const given = Object.fromEntries(slotsOf(name).map((slot, index) => [slot, values[index]!]));
      expect(readStep(stepText(name, given as StepFigures<StepName>))).toEqual({ name, figures: given });
    }),
  );
});

test('what no sentence says is not guessed at', () => {
  for (const text of [
    '',
    'The session was cancelled',
    'The student gets back 1.00 USD, all of it. And more.',
  ])
    expect(readStep(text)).toBeUndefined();
});
