/**
 * The webhooks of a class, as the video server would have sent them: for the class simulators and for tests. Pure: a session
 * and who came give the bodies.
 */

/** A webhook is delivered in time, given up by the video server, or delivered only once the class is settled. */
export type Told = 'told' | 'lost' | 'late';

/** One connection to a room, or one opening of a room, in milliseconds after the session's scheduled start. */
export interface Connection {
  readonly from: number;
  readonly to: number;
  readonly join: Told;
  readonly leave: Told;
  /** `replaced`: by the same person's next device. A room that is `aborted` went down with its server. */
  readonly end: 'left' | 'aborted' | 'replaced';
}

/** People whom the video server shows under a student's id and who are nobody: by kind, by permission, or unheard of. */
export const GHOSTS = ['EGRESS', 'INGRESS', 'AGENT', 'ROBOT', 'hidden', 'recorder', 'agent'] as const;
export type Ghost = (typeof GHOSTS)[number];

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
  /** What comes under the id instead of a person. */
  readonly as?: Ghost;
}

/** An opening of the room: its `leave` is its room_finished; `aborted` with its server it says no goodbye to anybody. */
export type Room = Connection;

/** A body to sign and post, at its place in the video server's order. */
export interface Webhook {
  readonly event: string;
  /** Of whom it tells; undefined: of the room itself. */
  readonly role: Attendee['role'] | undefined;
  readonly at: number;
  readonly told: Told;
  readonly body: string;
}

/** Gives ids that were never used: `EV_…`, `RM_…`, `PA_…`. */
export type NewSid = (prefix: 'EV' | 'RM' | 'PA') => string;

/** A room is closed 20 s after the last has left it. */
const DEPARTURE = 20_000;

/**
 * One room from the first arrival to the end unless `rooms` says when it was open: then everybody is thrown out where
 * one closes and comes back, as another connection, where the next opens. `nameOf` names the room of each opening.
 */
export function webhooksOf(
  lesson: Lesson,
  attendees: readonly Attendee[],
  rooms: readonly Room[] | undefined,
  newSid: NewSid,
  nameOf: (index: number) => string = () => lesson.roomName,
): Webhook[] {
  // Whole seconds, as the server's own clock reports: a fraction here would cost somebody his last second.
  const zero = Math.floor(lesson.startsAt.getTime() / 1_000) * 1_000;
  const openings = openingsOf(rooms ?? [roomFor(lesson, attendees)], newSid, nameOf);
  const events = openings.flatMap((opening) => eventsOfRoom(attendees, opening, newSid));
  return events
    .map((event, place) => ({ ...event, place }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank || a.place - b.place)
    .map(({ at, event, role, told, about }) => ({
      event,
      role,
      at: zero + at,
      told,
      body: write(event, zero, at, about(zero), newSid),
    }));
}

/** Stays open until the scheduled end, whoever has left: an earlier end would be an interruption and settle nothing. */
function roomFor(lesson: Lesson, attendees: readonly Attendee[]): Room {
  const spans = attendees.flatMap(({ connections }) => connections);
  return {
    from: Math.min(0, ...spans.map(({ from }) => from)),
    to: Math.max(lesson.durationMinutes * 60_000, ...spans.map(({ to }) => to)),
    join: 'told',
    leave: 'told',
    end: 'left',
  };
}

interface Opening {
  readonly room: Room;
  readonly sid: string;
  readonly name: string;
  readonly isLast: boolean;
}

/** A room whose server went down comes back under the same sid; every other opening is a new one. */
function openingsOf(rooms: readonly Room[], newSid: NewSid, nameOf: (index: number) => string): Opening[] {
  let sid = '';
  return rooms.map((room, index) => {
    if (rooms[index - 1]?.end !== 'aborted') sid = newSid('RM');
    return { room, sid, name: nameOf(index), isLast: index === rooms.length - 1 };
  });
}

interface Happening {
  event: string;
  role?: Attendee['role'];
  at: number;
  told: Told;
  /** What comes first of two in the same instant. */
  rank: number;
  about: (zero: number) => object;
}

function eventsOfRoom(attendees: readonly Attendee[], opening: Opening, newSid: NewSid): Happening[] {
  const { room, sid, name } = opening;
  const about = (zero: number) => ({ room: roomOf(sid, name, zero + room.from) });
  const comings = attendees.flatMap((attendee) =>
    attendee.connections
      .filter(({ from, to }) => from < room.to && to > room.from)
      .flatMap((connection) => eventsOfConnection(attendee, connection, { opening, about }, newSid)),
  );
  const happenings: Happening[] = [
    { event: 'room_started', at: room.from, told: room.join, rank: 0, about },
    ...comings,
  ];
  if (room.end !== 'aborted') {
    happenings.push({ event: 'room_finished', at: room.to + DEPARTURE, told: room.leave, rank: 4, about });
  }
  return happenings.filter(({ told }) => told !== 'lost');
}

const REASONS = {
  left: 'CLIENT_INITIATED',
  replaced: 'DUPLICATE_IDENTITY',
  aborted: 'SIGNAL_CLOSE',
} as const;

function eventsOfConnection(
  attendee: Attendee,
  connection: Connection,
  { opening, about }: { opening: Opening; about: Happening['about'] },
  newSid: NewSid,
): Happening[] {
  const { room, isLast } = opening;
  const { role } = attendee;
  const from = Math.max(connection.from, room.from);
  const to = Math.min(connection.to, room.to);
  const thrownOut = connection.to > room.to && !isLast;
  const sid = newSid('PA');
  const person = (state: object) => (zero: number) => ({
    ...about(zero),
    participant: participantOf(attendee, sid, zero + from, state),
  });
  const joined: Happening = {
    event: 'participant_joined',
    role,
    at: from + 1_000,
    told: from === connection.from ? connection.join : 'told',
    rank: 1,
    about: person({ state: 'ACTIVE', version: 3 }),
  };
  // Of those inside a room that goes down with its server nobody hears again.
  if (room.end === 'aborted' && connection.to >= room.to) return [joined];
  const reason = thrownOut ? 'ROOM_CLOSED' : REASONS[connection.end];
  const left: Happening = {
    event: connection.end === 'aborted' && !thrownOut ? 'participant_connection_aborted' : 'participant_left',
    role,
    at: to,
    told: thrownOut ? 'told' : connection.leave,
    rank: 2,
    about: person({ state: 'DISCONNECTED', version: 9, disconnectReason: reason }),
  };
  return [joined, left];
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

const participantOf = (
  { userId, name, role, as }: Attendee,
  sid: string,
  joinedAt: number,
  state: object,
) => {
  const byPermission = as === 'hidden' || as === 'recorder' || as === 'agent';
  return {
    sid,
    identity: userId,
    joinedAt: seconds(joinedAt),
    joinedAtMs: `${joinedAt}`,
    name,
    permission: {
      canSubscribe: true,
      canPublish: true,
      canPublishData: true,
      ...(byPermission && { [as]: true }),
    },
    attributes: { role },
    // A person has no kind: zero values are left out.
    ...(as !== undefined && !byPermission && { kind: as }),
    ...state,
  };
};

/** Times of an envelope are whole seconds, as strings: that is how protojson writes 64 bits. */
function write(event: string, zero: number, at: number, about: object, newSid: NewSid): string {
  return JSON.stringify({ event, ...about, id: newSid('EV'), createdAt: seconds(zero + at) });
}
