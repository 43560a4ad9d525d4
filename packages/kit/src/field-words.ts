/** What is wrong with a field, in words for whoever called. A schema's own words go before these. */
import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** For `safeParse(value, { error: fieldWords })`; undefined leaves the library's own. */
export function fieldWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'too_small':
      return `must ${bound(issue.origin, 'least', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'most', issue.maximum)}`;
    default:
      return undefined;
  }
}

function bound(origin: string, word: 'least' | 'most', limit: number | bigint): string {
  if (origin === 'string') return `have at ${word} ${limit} characters`;
  if (origin === 'array') return `have at ${word} ${limit} items`;
  return `be at ${word} ${limit}`;
}
