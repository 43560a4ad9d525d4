import { describe, expect, test } from '@jest/globals';
import { readTarget } from './path.js';

describe('a request target', () => {
  test.each([
    ['/api/v1/courses', ['api', 'v1', 'courses'], ''],
    ['/api/v1/courses/', ['api', 'v1', 'courses'], ''],
    ['/api/v1/courses?limit=1&x=%00', ['api', 'v1', 'courses'], '?limit=1&x=%00'],
    ['/api/courses/?a=b?c=/../', ['api', 'courses'], '?a=b?c=/../'],
    ['/a/%C5%82', ['a', 'ł'], ''],
    ['/a/%252e%252e', ['a', '%2e%2e'], ''],
    ['/', [''], ''],
    ['//api', ['', 'api'], ''],
    ['http://elsewhere:80/api/courses', ['api', 'courses'], ''],
  ])('%s is read into its segments', (target, segments, search) => {
    expect(readTarget(target)).toEqual({ segments, search });
  });

  test.each([
    '/api/../metrics',
    '/api/./courses',
    '/api/%2e%2e/metrics',
    '/api/%2E./metrics',
    '/api/courses/..',
    '/api/a%2fb',
    '/api/a%5Cb',
    '/api/a\\b',
    '/api/a%00b',
    '/api/a%0d%0ab',
    '/api/%',
    '/api/%zz',
    '/api/%ff',
    '/api/%ed%a0%80',
    '/api/a#b',
    '/api/ł',
    '/api/a b',
    '/api/courses?a=\u0000',
    '*',
    'api/courses',
    'http://elsewhere',
    '',
  ])('%j is refused, for two parsers might read it in two ways', (target) => {
    expect(() => readTarget(target)).toThrow('broken-path');
  });
});
