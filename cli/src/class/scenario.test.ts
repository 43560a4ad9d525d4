import { describe, expect, test } from '@jest/globals';
import { parseSpans, readScenario, withWishes } from './scenario.js';

const HOUR = 3_600;
const minutes = (text: string, length = HOUR) =>
  parseSpans(text, length).map(({ from, to }) => [from / 60_000, to / 60_000]);

describe('when somebody is in class', () => {
  test.each<[string, number[][]]>([
    ['0-60', [[0, 60]]],
    [
      '0-10,20-30',
      [
        [0, 10],
        [20, 30],
      ],
    ],
    ['-2-61', [[-2, 61]]],
    ['12:30-45:15', [[12.5, 45.25]]],
    ['0-20%', [[0, 12]]],
    ['0-end', [[0, 60]]],
    ['end-4-end+30', [[56, 90]]],
    ['-1440--1380', [[-1440, -1380]]],
    ['absent', []],
  ])('%s', (text, expected) => {
    expect(minutes(text)).toEqual(expected);
  });

  test('a fifth of half an hour is six minutes, to the second', () => {
    expect(minutes('0-20%', 1_800)).toEqual([[0, 6]]);
    expect(parseSpans('0-33.33%', HOUR)[0]?.to).toBe(1_200_000);
  });

  test('another device takes over 0.4 s after the first', () => {
    expect(parseSpans('0-20>60', HOUR)).toEqual([
      { from: 0, to: 1_200_000, join: 'told', leave: 'told', end: 'replaced' },
      { from: 1_200_400, to: 3_600_000, join: 'told', leave: 'told', end: 'left' },
    ]);
  });

  test('or is in four seconds before the first is said to have left', () => {
    expect(minutes('0-20<60')).toEqual([
      [0, 20 + 4 / 60],
      [20, 60],
    ]);
  });

  test('a question mark is what got lost on the way, a tilde what comes too late', () => {
    expect(parseSpans('?0-30?', HOUR)[0]).toMatchObject({ join: 'lost', leave: 'lost' });
    expect(parseSpans('~0-30~', HOUR)[0]).toMatchObject({ join: 'late', leave: 'late' });
    expect(parseSpans('0-20>60?', HOUR).map(({ leave }) => leave)).toEqual(['told', 'lost']);
  });

  test('an exclamation mark is a connection that broke off', () => {
    expect(parseSpans('?0-30!', HOUR)[0]).toMatchObject({ join: 'lost', leave: 'told', end: 'aborted' });
  });

  test.each([
    '',
    'x',
    '10',
    '0-',
    '30-20',
    '0-10>5',
    '0-10;20-30',
    '0:75-60',
    '0-60!!',
    '!0-60',
    '0-endless',
    '0>10-20',
    '5-5',
  ])('%p is refused with words', (text) => {
    expect(() => parseSpans(text, HOUR)).toThrow(/is no time in class|ends before it begins/);
  });
});

describe('a scenario', () => {
  const read = (value: unknown) => readScenario(value, 'mine');

  test('without a word everybody is there from beginning to end', () => {
    expect(read({})).toMatchObject({ teacher: '0-end', others: '0-end', deliveries: 1 });
  });

  test('naming a student keeps the others away, unless told', () => {
    const named = withWishes(read({}), { student: ['student@rollcall.test=0-12', 'student2'] });
    expect(named.students).toEqual({ 'student@rollcall.test': '0-12', student2: '0-end' });
    expect(named.others).toBe('absent');
    expect(withWishes(read({}), { student: ['a'], others: '0-5' }).others).toBe('0-5');
  });

  test('another class than the one written down is expected to come out as nothing in particular', () => {
    const full = read({ expect: { others: { counts: '0-end', status: 'present', hold: 'released' } } });
    expect(withWishes(full, { others: '0-5' }).expect).toEqual({ students: {} });
    expect(withWishes(full, { room: '0-20' }).expect).toEqual({ students: {} });
    expect(withWishes(full, { deliveries: 3 })).toEqual({ ...full, deliveries: 3 });
  });

  test.each<[unknown, string]>([
    [[], 'expected object'],
    [{ colour: 'red' }, 'colour'],
    [{ teacher: 5 }, 'teacher'],
    [{ deliveries: 0 }, 'deliveries'],
    [{ ghosts: ['WITCH'] }, 'ghosts'],
    [{ expect: { others: { counts: '0-end', status: 'here', hold: 'released' } } }, 'expect.others.status'],
  ])('%j is refused with what is wrong', (value, words) => {
    expect(() => read(value)).toThrow(words);
  });

  test.each(['a=b=c', '=0-10', 'a='])('--student %s is refused', (option) => {
    expect(() => withWishes(read({}), { student: [option] })).toThrow(/write it as/);
  });
});
