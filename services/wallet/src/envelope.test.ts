import { expect, test } from '@jest/globals';
import { keyList, seal } from '@rollcall/kit/sealed';
import { enclose, open, rewrap } from './envelope.js';

const pair = (letter: string) => `${letter}:${Buffer.alloc(32, letter).toString('base64')}`;
const [a, b, both] = [
  keyList.parse(pair('a')),
  keyList.parse(pair('b')),
  keyList.parse(`${pair('b')},${pair('a')}`),
];
const text = 'DE89370400440532013000';

test('what is enclosed opens for its purpose alone, and twice the same text looks like nothing of the kind', () => {
  const [one, two] = [enclose(a, text, 'row/1'), enclose(a, text, 'row/1')];
  expect(open(a, one, 'row/1')).toBe(text);
  expect(one).toMatch(/^a\.[\w-]+\.[\w-]+$/);
  expect(one.split('.').slice(1)).not.toEqual(expect.arrayContaining([two.split('.')[1]]));
  expect(() => open(a, one, 'row/2')).toThrow();
  expect(() => open(b, one, 'row/1')).toThrow('no key a');
});

test('wrapped anew it opens by the newer key alone, its content as it was', () => {
  const old = enclose(a, text, 'row/1');
  const anew = rewrap(both, old, 'row/1');
  expect([anew.split('.')[0], anew.split('.')[2]]).toEqual(['b', old.split('.')[2]]);
  expect(open(b, anew, 'row/1')).toBe(text);
  expect(() => rewrap(both, old, 'row/2')).toThrow();
});

test('a byte changed in key or content opens nothing; a key from another envelope neither', () => {
  const [one, two] = [enclose(a, text, 'row/1').split('.'), enclose(a, text, 'row/1').split('.')];
  const other = (part: string) => `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
  for (const spoilt of [
    [one[0], other(one[1]!), one[2]],
    [one[0], one[1], other(one[2]!)],
    [one[0], two[1], one[2]],
  ])
    expect(() => open(a, spoilt.join('.'), 'row/1')).toThrow();
});

test('what was sealed without a key of its own opens, and has one once it is wrapped anew', () => {
  const plain = seal(a, text, 'row/1');
  expect(open(a, plain, 'row/1')).toBe(text);
  const anew = rewrap(both, plain, 'row/1');
  expect(anew.split('.')).toHaveLength(3);
  expect(open(b, anew, 'row/1')).toBe(text);
});
