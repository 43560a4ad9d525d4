import { createHash } from 'node:crypto';
import { startSystem } from '@rollcall/e2e/system';
import { newId } from '@rollcall/kit/id';
import { AccessToken } from 'livekit-server-sdk';
import { Pool } from 'undici';
import { startBare } from '../bare-server.js';
import { type Figure, inParallel, median, perSecond, rate } from '../report.js';

const WEBHOOKS = 3_000;
const CONNECTIONS = 32;
const ROUNDS = 3;

interface Signed {
  readonly body: string;
  readonly token: string;
}

/** Webhooks stored and answered, against a bare express handler that verifies with the SDK and inserts. */
export async function webhookIntake(): Promise<Figure> {
  const system = await startSystem({ services: ['attendance'] });
  const bare = await startBare(new URL('../bare/webhook.ts', import.meta.url));
  const rounds = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.ours.push(await load(system.urls.attendance[0] ?? '', '/webhooks/livekit'));
    rounds.bare.push(await load(bare.url, '/webhook'));
  }
  await bare.stop();
  await system.stop();
  const [ours, limit] = [median(rounds.ours), median(rounds.bare)];
  const means = 'ours over a bare express handler';
  return {
    name: `webhook intake at ${CONNECTIONS} connections`,
    ours: rate(ours),
    limit: rate(limit),
    ratio: ours / limit,
    goal: 1.2,
    means,
  };
}

async function load(origin: string, path: string): Promise<number> {
  const signed = await Promise.all(Array.from({ length: WEBHOOKS }, (_, n) => sign(n)));
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const send = async ({ body, token }: Signed) => {
    const headers = { authorization: token, 'content-type': 'application/webhook+json' };
    const answer = await pool.request({ path, method: 'POST', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a webhook was answered with ${answer.statusCode}`);
  };
  await inParallel(signed.slice(0, 300), CONNECTIONS, send);
  const started = performance.now();
  await inParallel(signed.slice(300), CONNECTIONS, send);
  const took = performance.now() - started;
  await pool.close();
  return perSecond(WEBHOOKS - 300, took);
}

/** A participant's arrival, as the video server writes it. */
async function sign(n: number): Promise<Signed> {
  const at = Math.floor(Date.now() / 1000);
  const room = {
    sid: 'RM_bench',
    name: `course_${newId()}_session_1`,
    emptyTimeout: 300,
    departureTimeout: 120,
    creationTime: String(at),
    numParticipants: n,
  };
  const participant = {
    sid: `PA_${newId()}`,
    identity: newId(),
    state: 'ACTIVE',
    joinedAt: String(at),
    joinedAtMs: `${at}123`,
    name: 'Bench',
    version: 3,
    permission: { canSubscribe: true, canPublish: true, canPublishData: true },
  };
  const body = JSON.stringify({
    event: 'participant_joined',
    room,
    participant,
    id: `EV_${newId()}`,
    createdAt: String(at),
  });
  const token = new AccessToken('devkey', 'secret', { ttl: '10m' });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return { body, token: await token.toJwt() };
}
