/** The few calls of the public API that playing a class needs, through the gateway like everybody else's. */
import { completeSession, readSessionAttendance } from '@rollcall/contracts/api/attendance';
import { type Course, listCourses, readCourse } from '@rollcall/contracts/api/enrollment';
import { login } from '@rollcall/contracts/api/identity';
import { readSettlement } from '@rollcall/contracts/api/settlement';
import { createClient, NoAnswerError, ProblemError, UnexpectedAnswerError } from '@rollcall/contracts/client';
import type { AnswerOf } from '@rollcall/contracts/route';
import { Refusal } from '../refusal.js';
import { reasonOf } from './post.js';

export type Settlement = AnswerOf<typeof readSettlement>;
export type Attendance = AnswerOf<typeof readSessionAttendance>;

export interface Api {
  settlement(sessionId: string): Promise<Settlement | undefined>;
  attendance(sessionId: string): Promise<Attendance | undefined>;
  /** Ends a session by hand, as an admin may. */
  complete(sessionId: string, reason: string): Promise<void>;
  course(courseId: string): Promise<Course | undefined>;
  /** Every published course, the newest first. */
  courses(): AsyncIterable<Course>;
}

/** Pages of a hundred courses that are looked through for a session nobody bought. */
const MOST_PAGES = 50;

export function apiOf(gateway: string, token: string): Api {
  const client = createClient({ baseUrl: gateway, token: () => token });
  return {
    settlement: (sessionId) =>
      found('the settlement', client.call(readSettlement, { params: { sessionId } })),
    attendance: (sessionId) =>
      found('the attendance', client.call(readSessionAttendance, { params: { sessionId } })),
    complete: async (sessionId, reason) => {
      const asked = client.call(completeSession, { params: { sessionId }, body: { reason } });
      await asked.catch(refusing('ending the class by hand'));
    },
    course: (courseId) => found('the course', client.call(readCourse, { params: { courseId } })),
    courses: async function* () {
      try {
        yield* client.all(listCourses, { query: { limit: 100 } }, { pages: MOST_PAGES });
      } catch (error) {
        refusing('looking through the courses')(error);
      }
    },
  };
}

export async function signIn(gateway: string, email: string, password: string): Promise<string> {
  const { call } = createClient({ baseUrl: gateway });
  const { body } = await call(login, { body: { email, password } }).catch(refusing(`signing in as ${email}`));
  return body.accessToken;
}

/** undefined: there is none. */
async function found<Body>(what: string, call: Promise<{ readonly body: Body }>): Promise<Body | undefined> {
  try {
    return (await call).body;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return undefined;
    return refusing(`reading ${what}`)(error);
  }
}

/** What the operator is told; anything else is a defect and keeps its stack. */
const refusing =
  (what: string) =>
  (error: unknown): never => {
    if (error instanceof ProblemError) throw new Refusal(`${what}: ${error.status} ${wordsOf(error)}`);
    if (error instanceof NoAnswerError)
      throw new Refusal(`${error.message} (${reasonOf(error.cause)}): is npm start running?`);
    if (error instanceof UnexpectedAnswerError || error instanceof RangeError)
      throw new Refusal(`${what}: ${error.message}`);
    throw error;
  };

const wordsOf = ({ errors, detail }: ProblemError): string =>
  errors.map(({ path, message }) => `${path} ${message}`).join(', ') || detail;
