import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DisputeStatus, outcomeOf } from './dispute.js';

test.each([
  ['open', 'lost', 'lost'],
  ['open', 'won', 'won'],
  ['lost', 'won', 'won'],
  ['won', 'lost', undefined],
  ['lost', 'lost', undefined],
  ['won', 'won', undefined],
  ['lost', 'open', undefined],
  ['open', 'none', undefined],
] as const)('of one that is %s, heard to be %s, the news is %s', (before, heard, news) => {
  expect(outcomeOf(before, heard)).toBe(news);
});

test('in whatever order words are heard, and however often, it ends won where that was heard, else lost', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('open', 'won', 'lost', 'none'), { maxLength: 8 }), (words) => {
      const news: string[] = [];
      let status: DisputeStatus = 'open';
      for (const word of words) {
        const outcome = outcomeOf(status, word);
        if (outcome === undefined) continue;
        news.push(outcome);
        status = outcome;
      }
      expect(status).toBe(words.includes('won') ? 'won' : words.includes('lost') ? 'lost' : 'open');
      expect(new Set(news).size).toBe(news.length); // each is said once
    }),
  );
});
