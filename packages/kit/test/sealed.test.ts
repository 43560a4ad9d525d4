import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSealedNow, keyList, seal, unseal } from '../src/sealed.js';

const pair = (id: string, letter = id) => `${id}:${Buffer.alloc(32, letter).toString('base64')}`;
const ring = keyList.parse(pair('a'));

test('what is sealed opens for its purpose, whatever it is, and looks different each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, purpose) => {
      const [one, two] = [seal(ring, text, purpose), seal(ring, text, purpose)];
      expect(unseal(ring, one, purpose)).toBe(text);
      expect(one).not.toBe(two);
      expect(one).toMatch(/^a\.[\w-]+$/);
    }),
    { seed: 20_261_120, numRuns: 200 },
  );
});

test('for another purpose, by another key, or with one byte changed it opens not at all', () => {
  const sealed = seal(ring, 'secret', 'letter/1');
  expect(() => unseal(ring, sealed, 'letter/2')).toThrow();
  expect(() => unseal(keyList.parse(pair('a', 'z')), sealed, 'letter/1')).toThrow();
  expect(() => unseal(keyList.parse(pair('b')), sealed, 'letter/1')).toThrow('no key a');
  const bytes = Buffer.from(sealed.split('.')[1]!, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    expect(() => unseal(ring, `a.${changed.toString('base64url')}`, 'letter/1')).toThrow();
  }
  for (const cut of ['', 'a', 'a.', 'a.AAAA', sealed.slice(0, -4)])
    expect(() => unseal(ring, cut, 'letter/1')).toThrow();
});

test('the first key of the list seals, and all of them open', () => {
  const before = seal(ring, 'secret', 'p');
  const both = keyList.parse(`${pair('b')}, ${pair('a')}`);
  expect(unseal(both, before, 'p')).toBe('secret');
  expect(isSealedNow(both, before)).toBe(false);
  const after = seal(both, 'secret', 'p');
  expect(isSealedNow(both, after)).toBe(true);
  expect(unseal(keyList.parse(pair('b')), after, 'p')).toBe('secret');
});

test.each<[string, string]>([
  ['no key', 'a:'],
  ['a key of 31 bytes', `a:${Buffer.alloc(31).toString('base64')}`],
  ['a key of 33 bytes', `a:${Buffer.alloc(33).toString('base64')}`],
  ['no id', pair('a').slice(1)],
  ['a dot in the id, where the id ends in what is sealed', pair('a.b')],
  ['one id twice', `${pair('a')},${pair('a', 'z')}`],
  ['an empty place', `${pair('a')},`],
])('%s makes no list', (_what, text) => {
  const { success, error } = keyList.safeParse(text);
  expect(success).toBe(false);
  expect(error?.issues[0]?.message).toContain('32 bytes');
});
