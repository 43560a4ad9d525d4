/** The few reads of the public API that playing a class needs, through the gateway like everybody else's. */
import type { readSessionAttendance } from '@rollcall/contracts/api/attendance';
import type { Course } from '@rollcall/contracts/api/enrollment';
import type { readSettlement } from '@rollcall/contracts/api/settlement';
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
  courses(cursor: string | undefined): Promise<{ data: Course[]; nextCursor: string | null }>;
}

const TIMEOUT = 10_000;

export function apiOf(gateway: string, token: string): Api {
  const urlOf = (path: string) => `${gateway.replace(/\/$/, '')}/api/v1${path}`;
  const read = <Answer>(path: string) => get<Answer>(urlOf(path), token);
  return {
    settlement: (sessionId) => read<Settlement>(`/settlements/sessions/${sessionId}`),
    attendance: (sessionId) => read<Attendance>(`/attendance/sessions/${sessionId}`),
    complete: async (sessionId, reason) => {
      const answer = await call(urlOf(`/admin/attendance/sessions/${sessionId}/complete`), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reason }),
      });
      if (!answer.ok) throw new Refusal(`ending the class by hand: ${await problemOf(answer)}`);
    },
    course: (courseId) => read<Course>(`/courses/${courseId}`),
    courses: async (cursor) => {
      const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await read<{ data: Course[]; nextCursor: string | null }>(`/courses?limit=100${after}`);
      return page ?? { data: [], nextCursor: null };
    },
  };
}

export async function signIn(gateway: string, email: string, password: string): Promise<string> {
  const url = `${gateway.replace(/\/$/, '')}/api/v1/auth/login`;
  const answer = await call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Refusal(`signing in as ${email}: ${await problemOf(answer)}`);
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

/** undefined: there is none. */
async function get<Answer>(url: string, token: string): Promise<Answer | undefined> {
  const answer = await call(url, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Refusal(`${url}: ${await problemOf(answer)}`);
  return (await answer.json()) as Answer;
}

async function call(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT) });
  } catch (error) {
    throw new Refusal(`${url} cannot be reached (${reasonOf(error)}): is npm start running?`);
  }
}

async function problemOf(answer: Response): Promise<string> {
  const text = await answer.text();
  const { detail, errors } = problemIn(text);
  const named = (errors ?? []).map(({ path, message }) => `${path} ${message}`).join(', ');
  return `${answer.status} ${named || (detail ?? text.slice(0, 200))}`;
}

interface Problem {
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** A proxy in between may answer with a page instead. */
function problemIn(text: string): Problem {
  try {
    return (JSON.parse(text) ?? {}) as Problem;
  } catch {
    return {};
  }
}
