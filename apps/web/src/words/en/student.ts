export const student = {
  lessons: { title: 'My lessons', empty: 'You have not bought a lesson yet' },
} as const;
