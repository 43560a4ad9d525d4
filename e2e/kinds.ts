/** What a student can buy, and where. A test of buying runs for each: another kind is another line. */
import type { Course } from '@rollcall/contracts/api/enrollment';

export interface Kind {
  readonly name: string;
  /** Where a course, or the part of it that is bought, is bought. */
  readonly path: (course: Course) => string;
  /** Where such a purchase is read. */
  readonly at: (purchaseId: string) => string;
}

export const kinds: readonly Kind[] = [
  {
    name: 'a session',
    path: ({ sessions }) => `/enrollments/sessions/${sessions[0]?.id}/purchase`,
    at: (purchaseId) => `/enrollments/sessions/${purchaseId}`,
  },
  {
    name: 'a course',
    path: ({ id }) => `/enrollments/courses/${id}`,
    at: (purchaseId) => `/enrollments/${purchaseId}`,
  },
];
