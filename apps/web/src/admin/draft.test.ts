import { expect, test } from '@jest/globals';
import { draftOf, EMPTY } from './draft.js';

test('a preset has no rates, and of custom an empty case is not asked about', () => {
  expect(draftOf(EMPTY)).toEqual({ preset: 'flat-15' });
  expect(draftOf({ ...EMPTY, preset: 'custom' }).rates).toMatchObject({
    ...{ teacherReferredRate: null, ownStudentRate: null, otherwiseRate: 15 },
  });
  const rates = { ...EMPTY.rates, teacherReferredRate: '12.5' };
  expect(draftOf({ preset: 'custom', rates }).rates?.teacherReferredRate).toBe(12.5);
});
