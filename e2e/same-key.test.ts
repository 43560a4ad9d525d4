/** One Idempotency-Key at two replicas of enrollment: at once, while one of them is dying, and while one hangs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  arm,
  ask,
  askUntilDone,
  closeStage,
  isInProgress,
  isOnce,
  onSale,
  openStage,
  PATIENCE,
  pointsOf,
  replica,
  type Stage,
  type Tried,
  tryToBuy,
} from './dying.js';
import { checkInvariants } from './invariants.js';
import { kinds } from './kinds.js';
import { eventually } from './story.js';

const ROUNDS = 10;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => closeStage(stage));

/** What the server does by itself to whoever hangs in a transaction for 30 s. */
const endHanging = () =>
  stage.system
    .db('enrollment')
    .raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
    );

/** Waits until this replica publishes and the other one does not: a frozen one would keep the lead for 15 s. */
const leads = (at: number) =>
  eventually(
    'the lead',
    async () => {
      const metrics = await (await fetch(`${stage.system.urls.enrollment[at]}/metrics`)).text();
      return /^relay_leader(\{.*\})? 1$/m.test(metrics);
    },
    PATIENCE,
  );

const typeOf = (answer: Tried) => answer?.body.type;

describe.each(kinds)('a key for $name', (kind) => {
  test('sent by two clients to two replicas at once makes one purchase', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const course = await onSale(stage);
      const order = { path: kind.path(course), key: `once-${course.id}` };
      const answers = await Promise.all([0, 1].map((at) => ask(stage, { ...order, at })));
      const made = answers.filter((answer) => answer?.status === 201);
      for (const answer of answers) {
        if (isInProgress(answer)) expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0);
        else expect(answer?.status).toBe(201);
      }
      expect(made.filter((answer) => answer?.headers.get('idempotency-replayed') === null)).toHaveLength(1);
      const again = await askUntilDone(stage, { ...order, at: round % 2 });
      for (const answer of made) expect(answer?.body.id).toBe(again.body.id);
      await isOnce(stage, course.id, again.body);
    }
  });

  test('is for one thing: another one under it is a 422 at every replica, and is not bought', async () => {
    const [course, other] = [await onSale(stage), await onSale(stage)];
    const key = `one-thing-${course.id}`;
    const bought = await askUntilDone(stage, { path: kind.path(course), key, at: 0 });
    for (const at of [0, 1]) {
      const refused = await ask(stage, { path: kind.path(other), key, at });
      expect([refused?.status, typeOf(refused)]).toEqual([422, '/problems/idempotency-key-reused']);
    }
    expect(await stage.system.db('enrollment')('purchases').where({ course_id: other.id })).toEqual([]);
    await isOnce(stage, course.id, bought.body);
  });

  test('of a replica that dies in the middle is free for the other one at once', async () => {
    const victim = replica(stage, 'enrollment');
    await tryToBuy(stage, { kind, victim, at: 1_000, askedAt: 1 });
    const committed = pointsOf('enrollment').indexOf('answered COMMIT;') + 1;
    for (const at of [3, 7, 9, 11, committed - 2, committed].filter((point) => point <= committed))
      expect(await tryToBuy(stage, { kind, victim, at, askedAt: 1 })).toBe(true);
  }, 120_000);

  test('of a replica that hangs in the middle is in progress until the server lets go of it; thawed it makes nothing', async () => {
    const frozen = replica(stage, 'enrollment');
    await frozen.kill('SIGKILL');
    await leads(1);
    Object.assign(frozen, await frozen.restart());
    // The session is locked, and nothing is written yet.
    const hangsAt = 'answered with limited';
    const course = await onSale(stage);
    const order = { path: kind.path(course), key: `hangs-${course.id}` };
    await arm(frozen, hangsAt, 'SIGSTOP');
    const first = ask(stage, { ...order, at: 0 });
    try {
      await eventually(
        'it to hang',
        async () => pointsOf('enrollment').some((point) => point.startsWith(hangsAt)),
        PATIENCE,
      );
      const second = await ask(stage, { ...order, at: 1 });
      expect(isInProgress(second)).toBe(true);
      expect(second?.headers.get('retry-after')).toBe('1');
      await endHanging();
      const third = await eventually('the key to be free', async () => {
        const answer = await ask(stage, { ...order, at: 1 });
        return isInProgress(answer) ? undefined : answer;
      });
      expect([201, 202]).toContain(third.status);
      expect(third.headers.get('idempotency-replayed')).toBeNull();
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    const late = await first;
    expect([503, undefined]).toContain(late?.status);
    const done = await askUntilDone(stage, { ...order, at: 0 });
    await isOnce(stage, course.id, done.body);
  });
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(stage.system)).toEqual({ code: 0, violated: [] });
});
