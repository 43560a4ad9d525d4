/** A stand-in of the video server's RoomService: one Twirp method, as strict as the real one about how it is asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ParticipantInfo, ParticipantInfo_State, TokenVerifier } from 'livekit-server-sdk';

/** What it does instead of answering well. */
type Trouble = 'error' | 'hang' | 'garbage' | 'no-such-room' | 'proxy-404';

export interface StandIn {
  readonly url: string;
  /** Rooms asked for, in the order they were. */
  readonly asked: string[];
  /** Questions under way at once, at most. */
  readonly most: () => number;
  /** Who is in a room from now on. */
  fill(room: string, people: readonly ParticipantInfo[]): void;
  trouble(kind: Trouble | undefined): void;
  close(): Promise<void>;
}

export const person = (sid: string, identity: string, joinedAt: number, more: object = {}): ParticipantInfo =>
  new ParticipantInfo({
    sid,
    identity,
    state: ParticipantInfo_State.ACTIVE,
    joinedAt: BigInt(Math.floor(joinedAt / 1000)),
    joinedAtMs: BigInt(joinedAt),
    ...more,
  });

const PATH = '/twirp/livekit.RoomService/ListParticipants';

/** Twirp's errors and their statuses. */
const ERRORS = {
  bad_route: 404,
  malformed: 400,
  unauthenticated: 401,
  permission_denied: 403,
  internal: 500,
  not_found: 404,
};

class Refusal extends Error {
  readonly code: keyof typeof ERRORS;
  constructor(code: keyof typeof ERRORS) {
    super(code);
    this.code = code;
  }
}

export async function startStandIn({ key = 'devkey', secret = 'secret', slow = 0 } = {}): Promise<StandIn> {
  const verifier = new TokenVerifier(key, secret);
  const rooms = new Map<string, readonly ParticipantInfo[]>();
  const state = { trouble: undefined as Trouble | undefined, now: 0, most: 0 };
  const asked: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const room = await roomOf(request, verifier);
    asked.push(room);
    await new Promise((resolve) => setTimeout(resolve, slow));
    if (state.trouble === 'hang') return;
    if (state.trouble === 'error') throw new Refusal('internal');
    if (state.trouble === 'no-such-room') throw new Refusal('not_found');
    if (state.trouble === 'proxy-404') return void response.writeHead(404).end('no such page');
    response.setHeader('content-type', 'application/json');
    if (state.trouble === 'garbage') return void response.end('{"participants": [{"sid"');
    // As the server's own marshaller has it: the fields' proto names, zero values too.
    const style = { useProtoFieldName: true, emitDefaultValues: true };
    response.end(JSON.stringify({ participants: (rooms.get(room) ?? []).map((one) => one.toJson(style)) }));
  };

  const server = createServer((request, response) => {
    state.now += 1;
    state.most = Math.max(state.most, state.now);
    response.once('close', () => {
      state.now -= 1;
    });
    answer(request, response).catch((error: unknown) => {
      const code = error instanceof Refusal ? error.code : 'internal';
      response.writeHead(ERRORS[code], { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code, msg: String(error) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    most: () => state.most,
    fill: (room, people) => void rooms.set(room, people),
    trouble: (kind) => {
      state.trouble = kind;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The room that is asked for; throws where the question is not put as it must be. */
async function roomOf(request: IncomingMessage, verifier: TokenVerifier): Promise<string> {
  const { method, url, headers } = request;
  if (method !== 'POST' || url !== PATH) throw new Refusal('bad_route');
  if (!/^application\/json(;|$)/.test(headers['content-type'] ?? '')) throw new Refusal('bad_route');
  const body: unknown = JSON.parse(await text(request));
  if (typeof body !== 'object' || body === null || Object.keys(body).join() !== 'room')
    throw new Refusal('malformed');
  const { room } = body as { room: unknown };
  if (typeof room !== 'string' || room === '') throw new Refusal('malformed');
  const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
  const claims = await verifier.verify(token).catch(() => {
    throw new Refusal('unauthenticated');
  });
  if (claims.video?.roomAdmin !== true || claims.video.room !== room) throw new Refusal('permission_denied');
  return room;
}
