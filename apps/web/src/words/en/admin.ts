export const admin = {
  home: { title: 'Administration', empty: 'Nothing here yet' },
} as const;
