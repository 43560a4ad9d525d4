export const teacher = {
  home: { title: 'Teaching', empty: 'Nothing here yet' },
} as const;
