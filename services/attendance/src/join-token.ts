import { AccessToken, RoomConfiguration } from 'livekit-server-sdk';
import type { KeyPair } from './config.js';

export interface Entry {
  readonly userId: string;
  readonly role: 'teacher' | 'student';
  readonly roomName: string;
  /** Seconds for which the token opens the room; who is in by then stays. */
  readonly ttl: number;
}

/**
 * Seconds the video server keeps a room that everybody has left, and one that nobody has entered. Its own 20 s would finish
 * the room in the middle of a class in which one connection broke. Source: attendance.md, 'What arrives'.
 */
const DEPARTURE_TIMEOUT = 120;
const EMPTY_TIMEOUT = 900;

/** A LiveKit access token for one room and no other. Its identity is what webhooks will call the user. */
export function mintToken({ key, secret }: KeyPair, { userId, role, roomName, ttl }: Entry): Promise<string> {
  const token = new AccessToken(key, secret, { identity: userId, ttl, attributes: { role } });
  token.addGrant({ roomJoin: true, room: roomName });
  token.roomConfig = new RoomConfiguration({
    name: roomName,
    departureTimeout: DEPARTURE_TIMEOUT,
    emptyTimeout: EMPTY_TIMEOUT,
  });
  return token.toJwt();
}
