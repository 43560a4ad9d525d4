import { readdirSync, readFileSync } from 'node:fs';
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
      { from: 0, to: 1_200_000, joinLost: false, leaveLost: false, replaced: true },
      { from: 1_200_400, to: 3_600_000, joinLost: false, leaveLost: false, replaced: false },
    ]);
  });

  test('a question mark is what got lost on the way', () => {
    expect(parseSpans('?0-30?', HOUR)[0]).toMatchObject({ joinLost: true, leaveLost: true });
    expect(parseSpans('0-20>60?', HOUR).map(({ leaveLost }) => leaveLost)).toEqual([false, true]);
  });

  test.each(['', 'x', '10', '0-', '30-20', '0-10>5', '0-10;20-30', '0:75-60', '0-60!', '5-5'])(
    '%p is refused with words',
    (text) => {
      expect(() => parseSpans(text, HOUR)).toThrow(/is no time in class|ends before it begins/);
    },
  );
});

describe('a scenario', () => {
  const read = (value: unknown) => readScenario(JSON.stringify(value), 'mine');

  test('without a word everybody is there from beginning to end', () => {
    expect(read({})).toMatchObject({ teacher: '0-100%', others: '0-100%', deliveries: 1 });
  });

  test('naming a student keeps the others away, unless told', () => {
    const named = withWishes(read({}), { student: ['student@rollcall.test=0-12', 'student2'] });
    expect(named.students).toEqual({ 'student@rollcall.test': '0-12', student2: '0-100%' });
    expect(named.others).toBe('absent');
    expect(withWishes(read({}), { student: ['a'], others: '0-5' }).others).toBe('0-5');
  });

  test.each<[string, string]>([
    ['{', 'is no JSON'],
    ['{"colour": "red"}', 'colour'],
    ['{"teacher": 5}', 'teacher'],
    ['{"deliveries": 0}', 'deliveries'],
  ])('%s is refused with what is wrong', (text, words) => {
    expect(() => readScenario(text, 'mine')).toThrow(words);
  });

  test.each(['a=b=c', '=0-10', 'a='])('--student %s is refused', (option) => {
    expect(() => withWishes(read({}), { student: [option] })).toThrow(/write it as/);
  });

  test.each(readdirSync(new URL('../../scenarios/', import.meta.url)))('%s can be played', (file) => {
    const scenario = readScenario(
      readFileSync(new URL(`../../scenarios/${file}`, import.meta.url), 'utf8'),
      file,
    );
    expect(scenario.says).toBeTruthy();
    const { teacher, others, students, rooms = '0-1' } = scenario;
    for (const spans of [teacher, others, rooms, ...Object.values(students)]) parseSpans(spans, HOUR);
  });
});
