import { expect, test } from '@jest/globals';
import { countTests } from '../test.js';

const results = (numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number) => ({
  numPassedTests,
  numFailedTests,
  numRuntimeErrorTestSuites,
});

test('a file that cannot be run counts as a failure', () => {
  expect(countTests(results(3, 1, 2), 1)).toEqual({ passed: 3, failed: 3 });
});

test('a Jest that fails without a failed test, or without results, is not green', () => {
  expect(countTests(results(3, 0, 0), 1)).toEqual({ passed: 3, failed: 1 });
  expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1 });
});
