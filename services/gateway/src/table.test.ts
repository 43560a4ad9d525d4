import { describe, expect, test } from '@jest/globals';
import { routesOf, services } from '@rollcall/contracts/api';
import { createTable, find } from './table.js';

const table = createTable();
const ask = (method: string, path: string) => find(table, method, path.slice(1).split('/'));

describe('the route table', () => {
  test('every route of the contracts leads to its own service', () => {
    for (const service of services) {
      for (const { method, path } of routesOf(service)) {
        const concrete = path.replace(/:\w+/g, '01980000-0000-7000-8000-000000000001');
        const whole = path.startsWith('/.well-known/') ? concrete : `/api/v1${concrete}`;
        const found = ask(method.toUpperCase(), whole);
        expect(found).toMatchObject({ target: { service, pattern: path }, path: whole });
      }
    }
  });

  test.each([
    ['/api/v1/enrollments/me', '/enrollments/me'],
    ['/api/v1/enrollments/me/sessions', '/enrollments/me/sessions'],
    ['/api/v1/enrollments/sessions/x', '/enrollments/sessions/:purchaseId'],
    ['/api/v1/holds/me', '/holds/me'],
    ['/api/v1/holds/mine', '/holds/:holdId'],
    ['/api/courses', '/courses'],
  ])('%s is %s: a literal segment before a parameter', (path, pattern) => {
    expect(ask('GET', path)).toMatchObject({ target: { pattern } });
  });

  test('the path sent on is made of what was matched, under the canonical prefix', () => {
    expect(find(table, 'GET', ['api', 'courses', 'a b?%2F'])).toMatchObject({
      path: '/api/v1/courses/a%20b%3F%252F',
    });
  });

  test('public keys are at the root and nowhere below /api', () => {
    expect(ask('GET', '/.well-known/jwks.json')).toMatchObject({ path: '/.well-known/jwks.json' });
    expect(ask('GET', '/api/.well-known/jwks.json')).toBeUndefined();
  });

  test.each([
    '/api/v1',
    '/api',
    '/api/v1/nothing',
    '/api/v1/courses//',
    '/api/v1//courses',
    '/courses',
    '/api/v1/v1/courses',
  ])('%s is unknown', (path) => {
    expect(ask('GET', path)).toBeUndefined();
  });

  test('a known path with another method names the methods there are', () => {
    expect(ask('PUT', '/api/v1/courses')).toEqual({ allow: expect.arrayContaining(['GET', 'HEAD', 'POST']) });
    expect(ask('GET', '/api/v1/auth/login')).toEqual({ allow: ['POST'] });
  });

  test('HEAD goes where GET goes', () => {
    expect(ask('HEAD', '/api/v1/courses')).toMatchObject({ target: { method: 'GET' } });
  });
});
