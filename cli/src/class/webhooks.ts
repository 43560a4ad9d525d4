/** The webhooks of a class, as the video server would have sent them. Pure: a session and who came give the bodies. */
import type { Connection } from './scenario.js';

export interface Lesson {
  readonly roomName: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
}

export interface Attendee {
  readonly userId: string;
  readonly name: string;
  readonly role: 'teacher' | 'student';
  readonly connections: readonly Connection[];
}

export interface Room {
  readonly from: number;
  readonly to: number;
}

/** A body to sign and post, at its place in the video server's order. */
export interface Webhook {
  readonly event: string;
  readonly at: number;
  readonly body: string;
}

/** Gives ids that were never used: `EV_…`, `RM_…`, `PA_…`. */
export type NewSid = (prefix: 'EV' | 'RM' | 'PA') => string;

/** A room is closed 20 s after the last has left it. */
const DEPARTURE = 20_000;

/**
 * One room from the first arrival to the end unless `rooms` says when it was open: then everybody is thrown out where
 * one closes and comes back, as another connection, where the next opens.
 */
export function webhooksOf(
  lesson: Lesson,
  attendees: readonly Attendee[],
  rooms: readonly Room[] | undefined,
  newSid: NewSid,
): Webhook[] {
  // Whole seconds, as the server's own clock reports: a fraction here would cost somebody his last second.
  const zero = Math.floor(lesson.startsAt.getTime() / 1_000) * 1_000;
  const open = rooms ?? [roomFor(lesson, attendees)];
  const events = open.flatMap((room, index) =>
    eventsOfRoom(lesson, attendees, { room, index, of: open }, newSid),
  );
  return events
    .map((event, place) => ({ ...event, place }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank || a.place - b.place)
    .map(({ at, event, about }) => ({
      event,
      at: zero + at,
      body: write(event, zero, at, about(zero), newSid),
    }));
}

/** Stays open until the scheduled end, whoever has left: an earlier end would be an interruption and settle nothing. */
function roomFor(lesson: Lesson, attendees: readonly Attendee[]): Room {
  const spans = attendees.flatMap(({ connections }) => connections);
  return {
    from: Math.min(0, ...spans.map(({ from }) => from)),
    to: Math.max(lesson.durationMinutes * 60_000, ...spans.map(({ to }) => to)),
  };
}

interface Happening {
  event: string;
  at: number;
  /** What comes first of two in the same instant. */
  rank: number;
  about: (zero: number) => object;
}

interface Opening {
  room: Room;
  index: number;
  of: readonly Room[];
}

function eventsOfRoom(
  lesson: Lesson,
  attendees: readonly Attendee[],
  opening: Opening,
  newSid: NewSid,
): Happening[] {
  const { room } = opening;
  const sid = newSid('RM');
  const about = (zero: number) => ({ room: roomOf(sid, lesson.roomName, zero + room.from) });
  const comings = attendees.flatMap((attendee) =>
    attendee.connections
      .filter(({ from, to }) => from < room.to && to > room.from)
      .flatMap((connection) => eventsOfConnection(attendee, connection, { opening, about }, newSid)),
  );
  return [
    { event: 'room_started', at: room.from, rank: 0, about },
    ...comings,
    { event: 'room_finished', at: room.to + DEPARTURE, rank: 4, about },
  ];
}

function eventsOfConnection(
  attendee: Attendee,
  connection: Connection,
  { opening, about }: { opening: Opening; about: Happening['about'] },
  newSid: NewSid,
): Happening[] {
  const { room, index, of } = opening;
  const from = Math.max(connection.from, room.from);
  const thrownOut = connection.to > room.to && index < of.length - 1;
  const to = Math.min(connection.to, room.to);
  const sid = newSid('PA');
  const reason = thrownOut ? 'ROOM_CLOSED' : connection.replaced ? 'DUPLICATE_IDENTITY' : 'CLIENT_INITIATED';
  const person = (state: object) => (zero: number) => ({
    ...about(zero),
    participant: participantOf(attendee, sid, zero + from, state),
  });
  return [
    ...(connection.joinLost && from === connection.from
      ? []
      : [
          {
            event: 'participant_joined',
            at: from + 1_000,
            rank: 1,
            about: person({ state: 'ACTIVE', version: 3 }),
          },
        ]),
    ...(connection.leaveLost && !thrownOut
      ? []
      : [
          {
            event: 'participant_left',
            at: to,
            rank: 2,
            about: person({ state: 'DISCONNECTED', version: 9, disconnectReason: reason }),
          },
        ]),
  ];
}

const seconds = (milliseconds: number) => `${Math.floor(milliseconds / 1_000)}`;

const roomOf = (sid: string, name: string, openedAt: number) => ({
  sid,
  name,
  emptyTimeout: 900,
  departureTimeout: 120,
  creationTime: seconds(openedAt),
  creationTimeMs: `${openedAt}`,
  enabledCodecs: [{ mime: 'audio/opus' }, { mime: 'video/VP8' }],
});

const participantOf = ({ userId, name, role }: Attendee, sid: string, joinedAt: number, state: object) => ({
  sid,
  identity: userId,
  joinedAt: seconds(joinedAt),
  joinedAtMs: `${joinedAt}`,
  name,
  permission: { canSubscribe: true, canPublish: true, canPublishData: true },
  attributes: { role },
  ...state,
});

/** Times of an envelope are whole seconds, as strings: that is how protojson writes 64 bits. */
function write(event: string, zero: number, at: number, about: object, newSid: NewSid): string {
  return JSON.stringify({ event, ...about, id: newSid('EV'), createdAt: seconds(zero + at) });
}
