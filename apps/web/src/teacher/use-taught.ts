import type { Course } from '@rollcall/contracts/api/enrollment';
import { teacherCourses } from '@rollcall/contracts/api/teaching';
import { useRead } from '../api/read.js';

const NEWEST = { query: { limit: 100 } } as const;

/** The teacher's hundred newest courses: for their names, and the currencies he is paid in. */
export function useTaught() {
  const { data } = useRead(teacherCourses, NEWEST);
  const courses: readonly Course[] = data?.data ?? [];
  return {
    courses,
    titleOf: (courseId: string) => courses.find(({ id }) => id === courseId)?.title,
    currencies: [...new Set(courses.map(({ price }) => price.currency))].sort(),
  };
}
