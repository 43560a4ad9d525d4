import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { WebhookReceiver } from 'livekit-server-sdk';
import { castOf, type Session } from './cast.js';
import { deliveriesOf } from './deliveries.js';
import { outcomeExpected } from './expected.js';
import { webhooksFor } from './play.js';
import { signatureOf } from './post.js';
import { type Expected, readScenario, type ScenarioFile } from './scenario.js';
import { scenarios } from './scenarios.js';

const names = Object.keys(scenarios);
const keys = { urls: '', key: 'devkey', secret: 'secret' };
const receiver = new WebhookReceiver(keys.key, keys.secret);

const lesson = {
  roomName: 'course_01890000-0000-7000-8000-000000000001_session_1',
  startsAt: new Date('2026-11-20T10:00:00.750Z'),
  durationMinutes: 60,
};
const found = {
  session: { ...lesson, startsAt: lesson.startsAt.toISOString() },
  course: { teacherId: 'teacher' },
  buyers: ['one', 'two', 'three'],
} as unknown as Session;

async function deliveries(name: string) {
  let last = 0;
  const chance = { newSid: (prefix: string) => `${prefix}_${++last}`, random: Math.random };
  const scenario = readScenario(scenarios[name], name);
  const cast = await castOf(scenario, found, async () => undefined);
  const { inTime, late } = deliveriesOf(webhooksFor(scenario, lesson, cast), scenario, lesson, chance);
  return { scenario, cast, all: [...inTime, ...late], late };
}

describe.each(names)('%s', (name) => {
  test("is what the video server's own library takes for signed webhooks, but for what is forged", async () => {
    const { scenario, all } = await deliveries(name);
    const door = { ...keys, clockAhead: scenario.clockAhead };
    for (const { body, forgedFrom } of all) {
      const received = receiver.receive(body, signatureOf(door, forgedFrom ?? body), false, 60);
      if (forgedFrom !== undefined) await expect(received).rejects.toThrow();
      else expect((await received).event).toBe((JSON.parse(body) as { event: string }).event);
    }
  });

  test('says in a sentence what happens, and for everybody who bought what has to come of it', async () => {
    const { scenario, cast, late } = await deliveries(name);
    expect(scenario.says).toMatch(/^[A-Z].{20,150}\.$/);
    expect([...cast.expected.keys()]).toEqual(found.buyers);
    expect(scenario.expect.later === undefined).toBe(late.length === 0);
  });

  test('expects figures that agree with its labels: 20 % is present, doubt lies on both sides or is all there is', async () => {
    const { scenario, cast } = await deliveries(name);
    const { later } = scenario.expect;
    const isUnseen = scenario.rooms === 'absent';
    for (const expected of [...cast.expected.values(), ...(later ? [later] : [])]) {
      const { seconds, maxSeconds, status } = outcomeExpected(expected, 3_600, 1);
      expect(maxSeconds).toBeGreaterThanOrEqual(seconds);
      const inDoubt = maxSeconds >= 720 || isUnseen;
      const labels = seconds >= 720 ? ['present', 'late'] : inDoubt ? ['review'] : ['absent'];
      expect(labels).toContain(status);
    }
  });
});

const outcome = ({ counts, atMost, status, hold }: Expected): string => {
  const seen = counts === 'absent' ? 'nothing' : counts.length > 60 ? 'thirty minutes' : `\`${counts}\``;
  return `${seen}${atMost ? ` to \`${atMost}\`` : ''}, ${status}, ${hold}`;
};

function rowOf([name, file]: [string, ScenarioFile]): string {
  const { says, expect: expected } = readScenario(file, name);
  const named = Object.entries(expected.students).map(([who, one]) => `${who}: ${outcome(one)}`);
  const others = expected.others ? [`${named.length > 0 ? 'others: ' : ''}${outcome(expected.others)}`] : [];
  const later = expected.later ? [`then version 2: ${outcome(expected.later)}`] : [];
  return `| \`${name}\` | ${says} | ${[...named, ...others, ...later].join('; ')} |`;
}

test('the table for operators has every scenario with what happens and what comes of it', () => {
  const text = readFileSync(new URL('../../../docs/scenarios.md', import.meta.url), 'utf8');
  const byName = text.split(/^## /m)[1] ?? '';
  const rows = byName.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toEqual(Object.entries(scenarios).map(rowOf));
});
