/** Which session a video room belongs to. Its name is all the video server tells us about that. */
export interface RoomOf {
  readonly courseId: string;
  readonly number: number;
  /** A lesson inside the session has a room of its own, which counts for the session. */
  readonly lesson: number | null;
}

/** `course_{courseId}_session_{number}`, perhaps `_lesson_{n}`. No leading zeros: one session, one spelling. */
const NAME =
  /^course_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_session_(0|[1-9]\d{0,8})(?:_lesson_(0|[1-9]\d{0,8}))?$/i;

/** undefined: not one of ours. Such a room is stored, ignored and counted. */
export function parseRoomName(name: string): RoomOf | undefined {
  const parts = NAME.exec(name);
  if (parts === null) return undefined;
  return {
    courseId: parts[1]!.toLowerCase(),
    number: Number(parts[2]),
    lesson: parts[3] === undefined ? null : Number(parts[3]),
  };
}

export const roomNameOf = (courseId: string, number: number): string =>
  `course_${courseId}_session_${number}`;
